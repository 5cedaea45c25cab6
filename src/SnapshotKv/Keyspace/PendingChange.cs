namespace SnapshotKv.Keyspace;

/// <summary>
/// Stands in a slot while a commit of several keys is being carried out: the record before, the record after, and the commit whose one word
/// says which of them counts.
/// </summary>
internal sealed class PendingChange(byte[]? before, byte[]? after, CommitMark commit)
{
    /// <summary>What a reader takes who meets this change. It never waits.</summary>
    public byte[]? Current => commit.IsPublished ? after : before;

    /// <summary>One of the two, to know the key by.</summary>
    public byte[]? Any => before ?? after;
}
