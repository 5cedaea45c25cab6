using Microsoft.Extensions.Logging;

namespace SnapshotKv.Diagnostics;

/// <summary>What the engine logs: file names and numbers, never keys or values.</summary>
internal static partial class EngineLog
{
    [LoggerMessage(KvEventIds.StoreOpened, LogLevel.Information, "Opened the store in '{Directory}': {Count} entries from snapshot '{Snapshot}' in {Elapsed}.")]
    public static partial void StoreOpened(this ILogger logger, string directory, int count, string snapshot, TimeSpan elapsed);

    [LoggerMessage(KvEventIds.StoreClosed, LogLevel.Information, "Closed the store in '{Directory}'.")]
    public static partial void StoreClosed(this ILogger logger, string directory);

    [LoggerMessage(KvEventIds.SnapshotSaved, LogLevel.Debug, "Saved snapshot '{Snapshot}': {Count} entries, {SizeBytes} bytes, in {Elapsed}.")]
    public static partial void SnapshotSaved(this ILogger logger, string snapshot, int count, long sizeBytes, TimeSpan elapsed);

    [LoggerMessage(KvEventIds.SnapshotSaveFailed, LogLevel.Error, "A snapshot could not be saved ({Failures} failures in a row); everything is still in memory, and it is tried again in {RetryAfter}.")]
    public static partial void SnapshotSaveFailed(this ILogger logger, Exception exception, int failures, TimeSpan retryAfter);

    [LoggerMessage(KvEventIds.SaveForLeavingFailed, LogLevel.Warning, "A handle on the store was closed, and what was unsaved could not be saved just then. The store is still open by another handle, which saves it.")]
    public static partial void SaveForLeavingFailed(this ILogger logger, Exception exception);

    [LoggerMessage(KvEventIds.DirectoryMadeAgain, LogLevel.Warning, "The store's directory was removed while the store was open. It was made and locked again; the earlier snapshots and blobs that lay in it are gone.")]
    public static partial void DirectoryMadeAgain(this ILogger logger);

    [LoggerMessage(KvEventIds.SnapshotPruneFailed, LogLevel.Warning, "Snapshots beyond the {MaxSnapshots} that are kept could not be deleted.")]
    public static partial void SnapshotPruneFailed(this ILogger logger, Exception exception, int maxSnapshots);

    [LoggerMessage(KvEventIds.SnapshotQuarantined, LogLevel.Error, "Snapshot '{Snapshot}' is damaged and was set aside as '{MovedTo}': {Reason}")]
    public static partial void SnapshotQuarantined(this ILogger logger, string snapshot, string movedTo, string reason);

    [LoggerMessage(KvEventIds.SnapshotFellBack, LogLevel.Error, "The store went back to snapshot '{Snapshot}', because {Damaged} newer ones are damaged. The journal brought {Replayed} commits after it; what else was written since is not in it.")]
    public static partial void SnapshotFellBack(this ILogger logger, string snapshot, int damaged, long replayed);

    [LoggerMessage(KvEventIds.ForeignFilesIgnored, LogLevel.Warning, "{Count} files among the snapshots have names that are none of a snapshot; they are left alone: {Names}")]
    public static partial void ForeignFilesIgnored(this ILogger logger, int count, string names);

    [LoggerMessage(KvEventIds.SnapshotFromTheFuture, LogLevel.Warning, "Snapshot '{Snapshot}' carries a time more than a day ahead of this machine's clock; new snapshots are named after it, so that they sort behind it.")]
    public static partial void SnapshotFromTheFuture(this ILogger logger, string snapshot);

    [LoggerMessage(KvEventIds.SnapshotConverted, LogLevel.Information, "Converted {Count} values of snapshot '{Snapshot}' to {Format}.")]
    public static partial void SnapshotConverted(this ILogger logger, int count, string snapshot, KvFormat format);

    [LoggerMessage(KvEventIds.ExpiredSwept, LogLevel.Debug, "Swept {Count} expired entries in {Elapsed}.")]
    public static partial void ExpiredSwept(this ILogger logger, int count, TimeSpan elapsed);

    [LoggerMessage(KvEventIds.SweepFailed, LogLevel.Error, "Sweeping expired entries failed; it is tried again after the next interval.")]
    public static partial void SweepFailed(this ILogger logger, Exception exception);

    [LoggerMessage(KvEventIds.WatcherFailed, LogLevel.Error, "A callback that watches for changes threw; the store and the other watchers go on.")]
    public static partial void WatcherFailed(this ILogger logger, Exception exception);

    [LoggerMessage(KvEventIds.TransactionAbandoned, LogLevel.Warning, "A transaction was dropped without being committed or disposed. Nothing of it was carried out; until now it kept expired entries in memory. Begin transactions with 'using'.")]
    public static partial void TransactionAbandoned(this ILogger logger);

    [LoggerMessage(KvEventIds.BlobsCollected, LogLevel.Debug, "Deleted {Count} blobs that neither the store nor any snapshot needs.")]
    public static partial void BlobsCollected(this ILogger logger, int count);

    [LoggerMessage(KvEventIds.BlobsNotCollected, LogLevel.Warning, "No blob was deleted, because it cannot be told which the snapshots need; it is tried again after the next save.")]
    public static partial void BlobsNotCollected(this ILogger logger, Exception exception);

    [LoggerMessage(KvEventIds.BlobsNotDeleted, LogLevel.Warning, "{Count} blob files that nothing needs could not be deleted; it is tried again after the next save, or when the store is next opened.")]
    public static partial void BlobsNotDeleted(this ILogger logger, Exception exception, int count);

    [LoggerMessage(KvEventIds.BlobsSwept, LogLevel.Information, "Swept the blobs: deleted {Orphans} that were never committed and {Temporaries} that were never complete, kept {Kept} for older snapshots.")]
    public static partial void BlobsSwept(this ILogger logger, int orphans, int temporaries, int kept);

    [LoggerMessage(KvEventIds.BlobSweepFailed, LogLevel.Warning, "Blobs that were never committed could not be swept; it is tried again when the store is next opened.")]
    public static partial void BlobSweepFailed(this ILogger logger, Exception exception);

    [LoggerMessage(KvEventIds.BlobsHeld, LogLevel.Warning, "No orphaned blobs are swept, and none from before this opening are deleted, because {Reason}.")]
    public static partial void BlobsHeld(this ILogger logger, string reason);

    [LoggerMessage(KvEventIds.JournalFaulted, LogLevel.Critical, "The device did not take what was written to the journal. The store takes no more writes until it is opened again; reads go on, and a snapshot into new files is tried.")]
    public static partial void JournalFaulted(this ILogger logger, Exception exception);

    [LoggerMessage(KvEventIds.JournalRemoved, LogLevel.Error, "Files of the journal were removed while the store was open. All entries are saved anew, and the journal begins again.")]
    public static partial void JournalRemoved(this ILogger logger);

    [LoggerMessage(KvEventIds.JournalSegmentsNotDeleted, LogLevel.Warning, "{Count} segments of the journal that nobody needs could not be deleted; it is tried again after the next save.")]
    public static partial void JournalSegmentsNotDeleted(this ILogger logger, Exception exception, int count);

    [LoggerMessage(KvEventIds.JournalUpkeepFailed, LogLevel.Error, "Background work of the journal failed in a way that is not the disk's; what is due is tried again with the next commit.")]
    public static partial void JournalUpkeepFailed(this ILogger logger, Exception exception);

    [LoggerMessage(KvEventIds.JournalNotBegun, LogLevel.Warning, "The journal could not be begun before a snapshot was saved; should just that snapshot be damaged, the journal does not lead on past it.")]
    public static partial void JournalNotBegun(this ILogger logger, Exception exception);

    [LoggerMessage(KvEventIds.JournalSlidesNotTold, LogLevel.Warning, "The journal could not be told of sliding expiries that have moved; a crash may take back more of them than usual.")]
    public static partial void JournalSlidesNotTold(this ILogger logger, Exception exception);

    [LoggerMessage(KvEventIds.SnapshotRestored, LogLevel.Information, "Restored {Count} entries of snapshot '{Snapshot}' as commit {Version} in {Elapsed}. What there was before is pinned as '{Before}'.")]
    public static partial void SnapshotRestored(this ILogger logger, string snapshot, int count, ulong version, string before, TimeSpan elapsed);

    [LoggerMessage(KvEventIds.RestoreNotSaved, LogLevel.Warning, "Snapshot '{Snapshot}' is restored, but the restored state could not be saved just then. It is saved as any change is; until then a snapshot that others follow is the one before.")]
    public static partial void RestoreNotSaved(this ILogger logger, Exception exception, string snapshot);

    [LoggerMessage(KvEventIds.JournalReplayed, LogLevel.Information, "The journal brought {Count} commits that snapshot '{Snapshot}' does not have: the store was not closed.")]
    public static partial void JournalReplayed(this ILogger logger, long count, string snapshot);

    [LoggerMessage(KvEventIds.JournalTornTail, LogLevel.Warning, "The journal was cut off by a crash, in '{Segment}' at byte {Offset}: {Bytes} bytes there, and {Frames} whole frames behind them, are left out. Nothing of them was acknowledged as being on the device.")]
    public static partial void JournalTornTail(this ILogger logger, string segment, long offset, long bytes, long frames);

    [LoggerMessage(KvEventIds.SegmentQuarantined, LogLevel.Error, "Segment '{Segment}' of the journal was set aside as '{MovedTo}': {Reason}")]
    public static partial void SegmentQuarantined(this ILogger logger, string segment, string movedTo, string reason);

    [LoggerMessage(KvEventIds.CommitsLost, LogLevel.Critical, "{Loss}")]
    public static partial void CommitsLost(this ILogger logger, string loss);

    [LoggerMessage(KvEventIds.LossNotAcknowledged, LogLevel.Error, "An earlier opening found commits missing, and nobody has acknowledged it (RecoveryReport.Acknowledge): {Loss}")]
    public static partial void LossNotAcknowledged(this ILogger logger, string loss);

    [LoggerMessage(KvEventIds.GoWroteAfterUs, LogLevel.Warning, "Snapshot '{Snapshot}' was written by Go after this library had worked in the directory. Its content is what the store has now.")]
    public static partial void GoWroteAfterUs(this ILogger logger, string snapshot);

    [LoggerMessage(KvEventIds.OverruledSegmentsNotDeleted, LogLevel.Warning, "{Count} segments of the journal that a snapshot of Go's has overruled could not be deleted; it is tried again when the store is next opened.")]
    public static partial void OverruledSegmentsNotDeleted(this ILogger logger, Exception exception, int count);

    [LoggerMessage(KvEventIds.QuarantineBounded, LogLevel.Warning, "The quarantine was over its bounds, and the {Count} files that were set aside first were deleted: {Names}")]
    public static partial void QuarantineBounded(this ILogger logger, int count, string names);

    [LoggerMessage(KvEventIds.QuarantineNotBounded, LogLevel.Warning, "The quarantine may be over its bounds, and its oldest files could not be deleted; it is tried again when something is next set aside.")]
    public static partial void QuarantineNotBounded(this ILogger logger, Exception exception);

    [LoggerMessage(KvEventIds.PinnedSnapshotGone, LogLevel.Warning, "Snapshot '{Snapshot}' is gone, though it was pinned as '{Name}': somebody, or Go's program, deleted it. The name is free again.")]
    public static partial void PinnedSnapshotGone(this ILogger logger, string name, string snapshot);

    [LoggerMessage(KvEventIds.HistoryDamaged, LogLevel.Error, "The file that says which snapshots are pinned is damaged and was set aside as '{MovedTo}': {Reason} All {Count} snapshots there are have been pinned; unpin those that are not wanted.")]
    public static partial void HistoryDamaged(this ILogger logger, string movedTo, string reason, int count);

    [LoggerMessage(KvEventIds.HistoryNotWritten, LogLevel.Warning, "The file that says which snapshots are kept could not be written; it counts in memory, and the next change or save writes it.")]
    public static partial void HistoryNotWritten(this ILogger logger, Exception exception);

    [LoggerMessage(KvEventIds.SnapshotsPruned, LogLevel.Debug, "Deleted {Count} snapshots that are not kept any more, the last of them '{Snapshot}'.")]
    public static partial void SnapshotsPruned(this ILogger logger, int count, string snapshot);

    [LoggerMessage(KvEventIds.FollowerOpened, LogLevel.Information, "Follows the store in '{Directory}': {Count} entries, from snapshot '{Snapshot}' and the journal behind it, up to commit {Version}, in {Elapsed}.")]
    public static partial void FollowerOpened(this ILogger logger, string directory, int count, string snapshot, ulong version, TimeSpan elapsed);

    [LoggerMessage(KvEventIds.FollowerClosed, LogLevel.Information, "Follows the store in '{Directory}' no longer.")]
    public static partial void FollowerClosed(this ILogger logger, string directory);

    [LoggerMessage(KvEventIds.FollowerReloaded, LogLevel.Debug, "Everything was read anew in {Elapsed}, because {Reason}: {Count} entries, up to commit {Version}.")]
    public static partial void FollowerReloaded(this ILogger logger, TimeSpan elapsed, string reason, int count, ulong version);

    [LoggerMessage(KvEventIds.FollowerTroubled, LogLevel.Warning, "The store cannot be followed at this moment: {Problem}. Reads go on with what it had at commit {Version}, and it is tried again.")]
    public static partial void FollowerTroubled(this ILogger logger, Exception? exception, string problem, ulong version);

    [LoggerMessage(KvEventIds.FollowerRecovered, LogLevel.Information, "The store is followed again after {Elapsed}, up to commit {Version}.")]
    public static partial void FollowerRecovered(this ILogger logger, TimeSpan elapsed, ulong version);

    [LoggerMessage(KvEventIds.FollowerFailed, LogLevel.Error, "A look at the directory that is followed failed in a way that is not the disk's; it is tried again.")]
    public static partial void FollowerFailed(this ILogger logger, Exception exception);
}
