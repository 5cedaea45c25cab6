namespace SnapshotKv;

/// <summary>What a restore did.</summary>
/// <remarks>Immutable.</remarks>
public sealed record KvRestoreResult
{
    /// <summary>The snapshot that was restored.</summary>
    public required SnapshotInfo Snapshot { get; init; }

    /// <summary>The snapshot of before, which is pinned: restoring it, with the same prefix, undoes the restore.</summary>
    /// <remarks>It holds everything that was written before the restore was asked for. What others wrote while the restore was being prepared need not be in it.</remarks>
    public required SnapshotInfo Before { get; init; }

    /// <summary>The name by which <see cref="Before"/> is pinned. The five newest of these are kept; pin it by a name of your own to keep it longer.</summary>
    public required string BeforeName { get; init; }

    /// <summary>The number of the commit, which is the version of all that was restored.</summary>
    public required long Version { get; init; }

    /// <summary>How many entries were restored. Those that had expired by now, and those under protected prefixes, are not among them.</summary>
    public required long Entries { get; init; }

    /// <summary>The snapshot that holds the restored state.</summary>
    /// <value>
    /// Null when it could not be saved just then. The restore stands nevertheless: in the journal, where there is one; it is saved again as any change is.
    /// </value>
    public SnapshotInfo? Saved { get; init; }
}
