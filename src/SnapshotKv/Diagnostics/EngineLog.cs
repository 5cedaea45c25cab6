using Microsoft.Extensions.Logging;

namespace SnapshotKv.Diagnostics;

/// <summary>What the engine logs: file names and numbers, never keys or values.</summary>
internal static partial class EngineLog
{
    [LoggerMessage(KvEventIds.StoreOpened, LogLevel.Information, "Opened the store in '{Directory}': {Count} entries from snapshot '{Snapshot}' in {Elapsed}.")]
    public static partial void StoreOpened(this ILogger logger, string directory, int count, string? snapshot, TimeSpan elapsed);

    [LoggerMessage(KvEventIds.StoreClosed, LogLevel.Information, "Closed the store in '{Directory}'.")]
    public static partial void StoreClosed(this ILogger logger, string directory);

    [LoggerMessage(KvEventIds.SnapshotSaved, LogLevel.Debug, "Saved snapshot '{Snapshot}': {Count} entries, {SizeBytes} bytes, in {Elapsed}.")]
    public static partial void SnapshotSaved(this ILogger logger, string snapshot, int count, long sizeBytes, TimeSpan elapsed);

    [LoggerMessage(KvEventIds.SnapshotSaveFailed, LogLevel.Error, "A snapshot could not be saved ({Failures} failures in a row); everything is still in memory, and it is tried again in {RetryAfter}.")]
    public static partial void SnapshotSaveFailed(this ILogger logger, Exception exception, int failures, TimeSpan retryAfter);

    [LoggerMessage(KvEventIds.SnapshotPruneFailed, LogLevel.Warning, "Snapshots beyond the {MaxSnapshots} that are kept could not be deleted.")]
    public static partial void SnapshotPruneFailed(this ILogger logger, Exception exception, int maxSnapshots);

    [LoggerMessage(KvEventIds.SnapshotQuarantined, LogLevel.Error, "Snapshot '{Snapshot}' is damaged and was set aside as '{MovedTo}': {Reason}")]
    public static partial void SnapshotQuarantined(this ILogger logger, string snapshot, string movedTo, string reason);

    [LoggerMessage(KvEventIds.SnapshotFellBack, LogLevel.Error, "The store went back to snapshot '{Snapshot}', because {Damaged} newer ones are damaged. What was written since is not in it.")]
    public static partial void SnapshotFellBack(this ILogger logger, string snapshot, int damaged);

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
}
