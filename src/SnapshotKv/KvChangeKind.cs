namespace SnapshotKv;

/// <summary>What happened to a key.</summary>
public enum KvChangeKind
{
    /// <summary>The key was set, or its value updated.</summary>
    Set = 0,

    /// <summary>The key was removed.</summary>
    Removed = 1,

    /// <summary>The entry expired. Told when the dead entry is taken out of memory, by the sweep or by a removal; it was hidden before.</summary>
    Expired = 2,

    /// <summary>Anything under the watched prefix may have changed at once, for instance because the store was cleared: read it anew.</summary>
    Reset = 3,

    /// <summary>More changes waited to be told than are kept, and those up to this one were dropped: read anew what matters. Later changes follow. The watcher was too slow, or of those who wait for the disk, the disk.</summary>
    Missed = 4,
}
