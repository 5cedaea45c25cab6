using Microsoft.Extensions.Logging;
using SnapshotKv.Extensions.Diagnostics;

namespace SnapshotKv.Extensions.Configuration;

/// <summary>What reading, following and writing a configuration logs: never values, keys only at Debug.</summary>
internal static partial class ConfigurationLog
{
    [LoggerMessage(SnapshotKvEventIds.ConfigurationPublished, LogLevel.Information, "A configuration was published, as of commit {Version}; keys: {Count}; changed, added or removed: {ChangedCount}.")]
    public static partial void ConfigurationPublished(this ILogger logger, int count, long version, int changedCount);

    [LoggerMessage(SnapshotKvEventIds.ConfigurationKeysChanged, LogLevel.Debug, "These configuration keys changed: {Keys}.")]
    public static partial void ConfigurationKeysChanged(this ILogger logger, string keys);

    [LoggerMessage(SnapshotKvEventIds.ConfigurationRefused, LogLevel.Error, "The validation refused what the store holds, so it is not published: {Reasons}")]
    public static partial void ConfigurationRefused(this ILogger logger, string reasons);

    [LoggerMessage(SnapshotKvEventIds.ConfigurationUnreadable, LogLevel.Error, "What the store holds cannot be a configuration, so it is not published; problems: {ProblemCount}.")]
    public static partial void ConfigurationUnreadable(this ILogger logger, int problemCount);

    [LoggerMessage(SnapshotKvEventIds.ConfigurationUnreadableKeys, LogLevel.Debug, "What cannot be a configuration: {Problems}")]
    public static partial void ConfigurationUnreadableKeys(this ILogger logger, string problems);

    [LoggerMessage(SnapshotKvEventIds.ConfigurationLastGoodUsed, LogLevel.Error, "The application starts with the last good configuration, because the store's cannot be used; keys: {Count}.")]
    public static partial void ConfigurationLastGoodUsed(this ILogger logger, int count);

    [LoggerMessage(SnapshotKvEventIds.ConfigurationLastGoodFailed, LogLevel.Error, "The last good configuration could not be kept for the next start, or not be read.")]
    public static partial void ConfigurationLastGoodFailed(this ILogger logger, Exception exception);

    [LoggerMessage(SnapshotKvEventIds.ConfigurationStoreFailed, LogLevel.Error, "A changed configuration could not be saved or read, so it is not published yet; it is tried again in {RetryAfter}.")]
    public static partial void ConfigurationStoreFailed(this ILogger logger, Exception exception, TimeSpan retryAfter);

    [LoggerMessage(SnapshotKvEventIds.ConfigurationReloadFailed, LogLevel.Error, "The configuration could not be read anew; the one before stays.")]
    public static partial void ConfigurationReloadFailed(this ILogger logger, Exception exception);

    [LoggerMessage(SnapshotKvEventIds.ConfigurationStoreClosed, LogLevel.Warning, "The store of the configuration was closed; the configuration stays as it is.")]
    public static partial void ConfigurationStoreClosed(this ILogger logger);

    [LoggerMessage(SnapshotKvEventIds.ConfigurationKeysSkipped, LogLevel.Warning, "What the store's configuration has in the section {Section}, which is never read from a store, is left out; keys: {Count}.")]
    public static partial void ConfigurationKeysSkipped(this ILogger logger, int count, string section);

    [LoggerMessage(SnapshotKvEventIds.ConfigurationSkippedKeys, LogLevel.Debug, "Left out: {Keys}.")]
    public static partial void ConfigurationSkippedKeys(this ILogger logger, string keys);

    [LoggerMessage(SnapshotKvEventIds.ConfigurationCallbackFailed, LogLevel.Error, "Something that follows the configuration threw when it was told of a change. The change is published.")]
    public static partial void ConfigurationCallbackFailed(this ILogger logger, Exception exception);

    [LoggerMessage(SnapshotKvEventIds.ConfigurationErrorCallbackFailed, LogLevel.Error, "The configuration's error callback threw.")]
    public static partial void ConfigurationErrorCallbackFailed(this ILogger logger, Exception exception);

    [LoggerMessage(SnapshotKvEventIds.ConfigurationWritten, LogLevel.Information, "Revision {Revision} of the configuration was written; keys changed: {Count}.")]
    public static partial void ConfigurationWritten(this ILogger logger, long revision, int count);

    [LoggerMessage(SnapshotKvEventIds.ConfigurationKeysWritten, LogLevel.Debug, "Revision {Revision} changed these keys: {Keys}.")]
    public static partial void ConfigurationKeysWritten(this ILogger logger, long revision, string keys);

    [LoggerMessage(SnapshotKvEventIds.ConfigurationNotFollowed, LogLevel.Warning, "No configuration of this application follows what was written under the prefix {Partition}; it takes effect where one does. Did you call builder.Configuration.AddSnapshotKv()?")]
    public static partial void ConfigurationNotFollowed(this ILogger logger, string partition);
}
