namespace SnapshotKv.Testing;

/// <summary>The names in a directory: as the kernel sees them, and as they stand on the device. Guarded by its file system's lock.</summary>
internal sealed class InMemoryDirectory : InMemoryNode
{
    /// <summary>The names that can be opened.</summary>
    public Dictionary<string, InMemoryNode> Written { get; } = new(StringComparer.Ordinal);

    /// <summary>The names that survive any power cut.</summary>
    public Dictionary<string, InMemoryNode> Durable { get; } = new(StringComparer.Ordinal);
}
