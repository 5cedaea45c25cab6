using SnapshotKv.Format;

namespace SnapshotKv.Keyspace;

/// <summary>One key's part in a commit.</summary>
internal struct TableChange
{
    private readonly byte[]? _key;

    /// <summary>A change that sets a key.</summary>
    public TableChange(Record after)
    {
        After = after;
    }

    /// <summary>A change that removes a key.</summary>
    public TableChange(byte[] key)
    {
        _key = key;
    }

    /// <summary>The new record; none for a removal.</summary>
    public Record After { get; }

    /// <summary>What the key had before; set by the table.</summary>
    public Record Before { get; set; }

    public readonly ReadOnlySpan<byte> Key => After.IsNull ? _key : After.Key;
}
