using SnapshotKv.Format;

namespace SnapshotKv.Keyspace;

/// <summary>One key's part in a commit.</summary>
internal struct TableChange
{
    private readonly byte[]? _key;

    /// <summary>A change that sets a key.</summary>
    /// <param name="after">The new record.</param>
    /// <param name="isUpdate">Whether the record brings a value only: life, tags and blob are the live entry's, which must be there.</param>
    public TableChange(Record after, bool isUpdate = false)
    {
        After = after;
        IsUpdate = isUpdate;
    }

    /// <summary>A change that removes a key.</summary>
    public TableChange(byte[] key)
    {
        _key = key;
    }

    /// <summary>The new record; none for a removal.</summary>
    public Record After { get; set; }

    /// <summary>What the key had before; set by the table.</summary>
    public Record Before { get; set; }

    /// <summary>Whether <see cref="After"/> is a value only, which is yet to be joined with the rest of the live entry.</summary>
    public bool IsUpdate { get; set; }

    public readonly ReadOnlySpan<byte> Key => After.IsNull ? _key : After.Key;
}
