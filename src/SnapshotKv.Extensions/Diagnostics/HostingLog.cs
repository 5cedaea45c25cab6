using Microsoft.Extensions.Logging;

namespace SnapshotKv.Extensions.Diagnostics;

/// <summary>What opening and hosting a store logs.</summary>
internal static partial class HostingLog
{
    [LoggerMessage(SnapshotKvEventIds.MemoryOnly, LogLevel.Warning, "The store lives in memory only: nothing in it outlives the process. Set {Setting} to a directory to keep it.")]
    public static partial void MemoryOnly(this ILogger logger, string setting);

    [LoggerMessage(SnapshotKvEventIds.LastSaveFailed, LogLevel.Error, "The store could not be saved when the host stopped. It is tried once more when the container is disposed, which throws if it fails again.")]
    public static partial void LastSaveFailed(this ILogger logger, Exception exception);

    [LoggerMessage(SnapshotKvEventIds.LastSaveCutShort, LogLevel.Warning, "The host's shutdown timeout ended the last save of the store. It is begun again when the container is disposed.")]
    public static partial void LastSaveCutShort(this ILogger logger);

    [LoggerMessage(SnapshotKvEventIds.MaintenanceFailed, LogLevel.Error, "The host cannot do the store's background work ({Failures} failures in a row); it is tried again in {RetryAfter}.")]
    public static partial void MaintenanceFailed(this ILogger logger, Exception exception, int failures, TimeSpan retryAfter);

    [LoggerMessage(SnapshotKvEventIds.SettingsPostponed, LogLevel.Warning, "The configuration changed {Settings} of the store registered by {Registration}. They count only once the application is started again; the store goes on with those it was opened with.")]
    public static partial void SettingsPostponed(this ILogger logger, string registration, string settings);

    [LoggerMessage(SnapshotKvEventIds.SettingsRefused, LogLevel.Error, "The configuration changed, and the settings of the store registered by {Registration} are not good any more. The store goes on with those it has.")]
    public static partial void SettingsRefused(this ILogger logger, Exception exception, string registration);
}
