namespace SnapshotKv;

/// <summary>A change that a watcher is told of.</summary>
public readonly record struct KvChange
{
    /// <summary>What happened.</summary>
    public KvChangeKind Kind { get; init; }

    /// <summary>The key, without the prefix of the partition that is watched; empty for <see cref="KvChangeKind.Reset"/> and <see cref="KvChangeKind.Missed"/>.</summary>
    public string Key
    {
        get => field ?? string.Empty;
        init;
    }

    /// <summary>
    /// The number of the commit, the same for all changes of one and never less than that of the change before. An expiry makes no commit: it carries the
    /// number of the last one.
    /// </summary>
    public long Version { get; init; }
}
