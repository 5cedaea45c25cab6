using Microsoft.Extensions.Logging;

namespace SnapshotKv.Extensions.AspNetCore.Diagnostics;

/// <summary>What sessions log. Of a session only its id is told, which opens nothing; neither its cookie's key, nor what is in it, nor whose it is.</summary>
internal static partial class SessionLog
{
    [LoggerMessage(SnapshotKvSessionEventIds.LoadFailed, LogLevel.Error, "A session could not be read from the store. It is not available during this request: nothing is read from it, and nothing written.")]
    public static partial void LoadFailed(this ILogger logger, Exception exception);

    [LoggerMessage(SnapshotKvSessionEventIds.LoadTimedOut, LogLevel.Warning, "Loading a session took longer than the session options' IOTimeout, {IOTimeout}, and was given up.")]
    public static partial void LoadTimedOut(this ILogger logger, TimeSpan ioTimeout);

    [LoggerMessage(SnapshotKvSessionEventIds.Unreadable, LogLevel.Warning, "What is stored for a session cannot be read: {Reason}. The session is taken for an empty one, which replaces it when something is set.")]
    public static partial void Unreadable(this ILogger logger, string reason);

    [LoggerMessage(SnapshotKvSessionEventIds.Missing, LogLevel.Information, "A request came with the cookie of a session that is not there: it expired, was revoked, or nothing was ever kept in it.")]
    public static partial void Missing(this ILogger logger);

    [LoggerMessage(SnapshotKvSessionEventIds.Started, LogLevel.Information, "Session {Id} was started.")]
    public static partial void Started(this ILogger logger, Guid id);

    [LoggerMessage(SnapshotKvSessionEventIds.Stored, LogLevel.Debug, "Session {Id} was stored with {KeyCount} keys, after {Conflicts} conflicts with other requests.")]
    public static partial void Stored(this ILogger logger, Guid id, int keyCount, int conflicts);

    [LoggerMessage(SnapshotKvSessionEventIds.Ended, LogLevel.Warning, "Session {Id} was revoked or expired during a request. What the request changed in it was dropped, so that the session does not come back.")]
    public static partial void Ended(this ILogger logger, Guid id);

    [LoggerMessage(SnapshotKvSessionEventIds.CommitFailed, LogLevel.Error, "A session could not be written to the store. What the request changed in it is lost.")]
    public static partial void CommitFailed(this ILogger logger, Exception exception);

    [LoggerMessage(SnapshotKvSessionEventIds.CommitTimedOut, LogLevel.Warning, "Committing a session took longer than the session options' IOTimeout, {IOTimeout}, and was given up. Whether its changes are stored is not known.")]
    public static partial void CommitTimedOut(this ILogger logger, TimeSpan ioTimeout);

    [LoggerMessage(SnapshotKvSessionEventIds.Revoked, LogLevel.Information, "{Count} sessions were revoked.")]
    public static partial void Revoked(this ILogger logger, long count);
}
