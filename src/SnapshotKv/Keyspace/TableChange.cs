using SnapshotKv.Format;

namespace SnapshotKv.Keyspace;

/// <summary>One key's part in a commit.</summary>
internal struct TableChange
{
    private readonly byte[]? _key;

    /// <summary>A change that sets a key.</summary>
    /// <param name="after">The new record.</param>
    /// <param name="update">What the record brings when it does not bring all: the rest is the live entry's, which must be there.</param>
    public TableChange(Record after, RecordUpdate update = RecordUpdate.All)
    {
        After = after;
        Update = update;
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

    /// <summary>What <see cref="After"/> brings; when it is not all, it is yet to be joined with the live entry.</summary>
    public RecordUpdate Update { get; set; }

    public readonly ReadOnlySpan<byte> Key => After.IsNull ? _key : After.Key;

    /// <summary>Joins what the new record brings with the rest of the live entry; a sliding expiry moves as with a read.</summary>
    public void Complete(Record current, long now)
    {
        var deadline = current.SlidDeadline(now);
        After = Update == RecordUpdate.Blob ? current.WithBlob(After.BlobReference, deadline) : current.WithValue(After.Value, deadline);
        Update = RecordUpdate.All;
    }
}
