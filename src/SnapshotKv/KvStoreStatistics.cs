namespace SnapshotKv;

/// <summary>How a store is doing at one moment.</summary>
/// <remarks>Immutable. The parts are read one after the other: a commit or a save between them may show in one and not in another.</remarks>
public sealed record KvStoreStatistics
{
    /// <summary>What the store is called: <see cref="SnapshotKvOptions.Name"/>, or <see cref="SnapshotKvOptions.DefaultName"/>.</summary>
    public required string Name { get; init; }

    /// <summary>The entries in memory, expired ones that were not swept yet included.</summary>
    public required long Entries { get; init; }

    /// <summary>The number of the last commit; entries that it changed carry it as their version.</summary>
    public required long Version { get; init; }

    /// <summary>The newest snapshot; null when there is none, and in memory-only mode.</summary>
    public required SnapshotInfo? LastSnapshot { get; init; }

    /// <summary>When the newest snapshot was made, by this process or the one before; null when there is none, or it does not tell.</summary>
    public required DateTimeOffset? LastSavedAt { get; init; }

    /// <summary>How long the last save took that succeeded; null before the first since the store was opened.</summary>
    public required TimeSpan? LastSaveDuration { get; init; }

    /// <summary>How many saves failed since the last one that succeeded. Those given up by a cancellation token do not count.</summary>
    public required int FailedSaves { get; init; }

    /// <summary>What the last save failed with; null when it succeeded, or there was none.</summary>
    public required Exception? LastSaveError { get; init; }

    /// <summary>Since when the oldest change waits that no snapshot has; null when everything is saved, and in memory-only mode.</summary>
    /// <remarks>
    /// Changes made while a save was writing count from its beginning. Sliding expiries that reads moved are no changes: they are saved with those, or
    /// some minutes later.
    /// </remarks>
    public required DateTimeOffset? UnsavedSince { get; init; }

    /// <summary>Whether memory holds changes that no snapshot has. Never in memory-only mode.</summary>
    public bool HasUnsavedChanges => UnsavedSince is not null;

    /// <summary>The enumerations of changes that are under way.</summary>
    public required int Watchers { get; init; }

    /// <summary>How often a watcher was too slow, so that changes were dropped and it was told so.</summary>
    public required long MissedByWatchers { get; init; }
}
