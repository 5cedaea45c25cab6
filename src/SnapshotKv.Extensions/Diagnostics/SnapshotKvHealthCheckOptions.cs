namespace SnapshotKv.Extensions.Diagnostics;

/// <summary>When the health check of a store fails; section <c>SnapshotKv:Health</c>.</summary>
/// <remarks>
/// Not thread-safe while being written. What the configuration changes counts from the next check on; when that is not good, the
/// check is degraded, names what is wrong, and goes by the limits from before.
/// </remarks>
public sealed class SnapshotKvHealthCheckOptions
{
    /// <summary>After how many failed saves in a row the check fails.</summary>
    /// <value>At least 1. Default: 3: a disk that refuses once is tried again after a second, and then after two.</value>
    public int FailedSaves { get; set; } = 3;

    /// <summary>How long the oldest change that no snapshot has may wait before the check fails.</summary>
    /// <value>Positive, and longer than <see cref="SnapshotKvOptions.SaveDebounce"/>, or it fails between saves. Default: null: however long.</value>
    public TimeSpan? MaxUnsavedAge { get; set; }

    /// <summary>With less free space than this where the directory lies, the check fails.</summary>
    /// <value>In bytes, at least 0; 0: whatever is free. Default: null: the size of the last snapshot, since the next one will hardly be smaller.</value>
    public long? MinAvailableBytes { get; set; }

    /// <summary>How full the journal may be before the check is degraded.</summary>
    /// <value>
    /// In percent of <see cref="SnapshotKvOptions.MaxJournalBytes"/>, from 1 to 100; 100: however full. Default: 90. At 75 a snapshot is saved to make room, so a journal may
    /// well come that far; one that goes on to fill is written faster than snapshots can be, or these fail.
    /// </value>
    public int MaxJournalPercent { get; set; } = 90;

    /// <summary>How far a store that follows another (<see cref="KvStoreMode.Follower"/>) may be behind before the check is degraded.</summary>
    /// <value>Positive, or <see cref="Timeout.InfiniteTimeSpan"/> for however far. Default: 10 s. A follower that something stands in the way of is degraded at once.</value>
    public TimeSpan MaxFollowerLag { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>Whether the check tells of damage that opening the store has found.</summary>
    /// <value>
    /// Default: true. Where commits are missing that had been acknowledged, the check fails until <see cref="KvRecoveryReport.Acknowledge"/>, be it at a later opening. Where files were
    /// damaged and nothing is known to be missing, it is degraded until the store is opened again.
    /// </value>
    public bool ReportFallback { get; set; } = true;
}
