using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Session;
using Microsoft.Extensions.Logging;

namespace SnapshotKv.Extensions.AspNetCore.Session;

/// <summary>Gives each request its view of a session over a store.</summary>
/// <remarks>Thread-safe. Making a view touches nothing; it is loaded when it is first used.</remarks>
internal sealed class SnapshotKvSessionStore(SessionEntries entries, TimeProvider timeProvider, ILogger<SnapshotKvSession> logger) : ISessionStore
{
    public ISession Create(string sessionKey, TimeSpan idleTimeout, TimeSpan ioTimeout, Func<bool> tryEstablishSession, bool isNewSessionKey)
    {
        ArgumentException.ThrowIfNullOrEmpty(sessionKey);
        ArgumentNullException.ThrowIfNull(tryEstablishSession);
        if (idleTimeout != Timeout.InfiniteTimeSpan)
        {
            ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(idleTimeout, TimeSpan.Zero);
        }

        if (ioTimeout != Timeout.InfiniteTimeSpan)
        {
            ArgumentOutOfRangeException.ThrowIfLessThan(ioTimeout, TimeSpan.Zero);
        }

        return new SnapshotKvSession(entries, SessionEntries.KeyOf(sessionKey), idleTimeout, ioTimeout, tryEstablishSession, isNewSessionKey, timeProvider, logger);
    }
}
