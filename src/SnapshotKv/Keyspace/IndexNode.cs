namespace SnapshotKv.Keyspace;

/// <summary>A node of the index.</summary>
internal abstract class IndexNode
{
    /// <summary>The keys of a leaf, the children of a branch.</summary>
    public int Count { get; set; }
}
