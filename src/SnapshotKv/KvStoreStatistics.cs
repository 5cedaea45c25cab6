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
    /// some minutes later; where there is a journal it is told of them with its flushes.
    /// </remarks>
    public required DateTimeOffset? UnsavedSince { get; init; }

    /// <summary>Whether memory holds changes that no snapshot has. Never in memory-only mode.</summary>
    public bool HasUnsavedChanges => UnsavedSince is not null;

    /// <summary>The enumerations of changes that are under way.</summary>
    public required int Watchers { get; init; }

    /// <summary>How often a watcher was too slow, so that changes were dropped and it was told so.</summary>
    public required long MissedByWatchers { get; init; }

    /// <summary>What each write survives that does not ask for more. In memory-only mode, where nothing outlives the process, <see cref="KvDurability.Snapshot"/>.</summary>
    public required KvDurability Durability { get; init; }

    /// <summary>The number of the last commit that is known to be on the device, in the journal or in a snapshot; null in memory-only mode.</summary>
    public required long? DurableVersion { get; init; }

    /// <summary>How many commits the device is not known to have: what a power cut at this moment may take. In memory-only mode 0.</summary>
    public long UnflushedCommits => DurableVersion is { } durable ? Math.Max(0, Version - durable) : 0;

    /// <summary>What the journal's files take of the disk, in bytes, <see cref="JournalUnusedBytes"/> included; 0 where there are none.</summary>
    public required long JournalBytes { get; init; }

    /// <summary>What of them was made ready and has no commit yet, in bytes: the next commits take no further room of the disk.</summary>
    public required long JournalUnusedBytes { get; init; }

    /// <summary>The bytes of the journal that are in use.</summary>
    public long JournalUsedBytes => Math.Max(0, JournalBytes - JournalUnusedBytes);

    /// <summary>What the journal's files may take: <see cref="SnapshotKvOptions.MaxJournalBytes"/>, as it counts now.</summary>
    public required long MaxJournalBytes { get; init; }

    /// <summary>What the device failed with, so that the store takes no more writes until it is opened again (<see cref="KvStoreFaultedException"/>); null while all is well.</summary>
    public required Exception? Fault { get; init; }

    /// <summary>Whether the device has failed.</summary>
    public bool IsFaulted => Fault is not null;

    /// <summary>
    /// Why the last write that needed room in the journal was refused (<see cref="KvStoreUnavailableException"/>); null once one has found some. Writers try anew each second.
    /// </summary>
    public required Exception? WriteRefusal { get; init; }

    /// <summary>How far a follower has come (<see cref="KvStoreMode.Follower"/>); null for a store that follows nobody.</summary>
    public required KvFollowerStatus? Follower { get; init; }

    /// <summary>Whether writes are refused at this moment, for either reason.</summary>
    public bool IsRefusingWrites => Fault is not null || WriteRefusal is not null;
}
