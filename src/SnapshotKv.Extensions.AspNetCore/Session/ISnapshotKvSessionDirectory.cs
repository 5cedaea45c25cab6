namespace SnapshotKv.Extensions.AspNetCore.Session;

/// <summary>Counts, lists, shows and revokes the sessions that a store keeps. <c>AddSnapshotKvSession</c> registers it.</summary>
/// <remarks>
/// <para>Thread-safe. Looking at a session never prolongs its life. Expired sessions are not there.</para>
/// <para>A revoked session is gone from the next request on. A request that had loaded it goes on with what it has; what it changes is dropped at its
/// end. The browser keeps its cookie, and gets an empty session for it.</para>
/// <para>Entries that cannot be read as sessions are counted, revoked by id, by user and by <see cref="RevokeAllAsync"/>, but not listed; listing logs them.</para>
/// </remarks>
public interface ISnapshotKvSessionDirectory
{
    /// <summary>How many sessions there are.</summary>
    /// <param name="cancellationToken">Checked before anything is done.</param>
    /// <returns>The number.</returns>
    /// <remarks>O(log n + sessions), without reading any.</remarks>
    ValueTask<long> CountAsync(CancellationToken cancellationToken = default);

    /// <summary>All sessions, in no particular order.</summary>
    /// <param name="cancellationToken">Ends the enumeration.</param>
    /// <returns>Read one by one while it is enumerated; not one point in time.</returns>
    IAsyncEnumerable<SnapshotKvSessionInfo> ListAsync(CancellationToken cancellationToken = default);

    /// <summary>All sessions of a user, in no particular order.</summary>
    /// <param name="userName">The name that <c>session.SetUserName</c> was given, compared exactly.</param>
    /// <param name="cancellationToken">Ends the enumeration.</param>
    /// <returns>Read one by one while it is enumerated; not one point in time.</returns>
    /// <remarks>O(log n + sessions of the user).</remarks>
    /// <exception cref="ArgumentException"><paramref name="userName"/> is null or empty, or has an unpaired surrogate.</exception>
    IAsyncEnumerable<SnapshotKvSessionInfo> ListAsync(string userName, CancellationToken cancellationToken = default);

    /// <summary>Shows a session with what is in it.</summary>
    /// <param name="id">The session's id, <c>ISession.Id</c>.</param>
    /// <param name="cancellationToken">Checked before anything is done.</param>
    /// <returns>The session; null when there is none with this id.</returns>
    /// <remarks>O(log n).</remarks>
    ValueTask<SnapshotKvSessionDetails?> FindAsync(string id, CancellationToken cancellationToken = default);

    /// <summary>Ends a session.</summary>
    /// <param name="id">The session's id, <c>ISession.Id</c>.</param>
    /// <param name="cancellationToken">Checked before anything is done.</param>
    /// <returns>Whether there was one.</returns>
    ValueTask<bool> RevokeAsync(string id, CancellationToken cancellationToken = default);

    /// <summary>Ends all sessions of a user, as one commit: "sign out everywhere".</summary>
    /// <param name="userName">The name that <c>session.SetUserName</c> was given, compared exactly.</param>
    /// <param name="cancellationToken">Checked before anything is done.</param>
    /// <returns>How many there were.</returns>
    /// <exception cref="ArgumentException"><paramref name="userName"/> is null or empty, or has an unpaired surrogate.</exception>
    ValueTask<long> RevokeUserAsync(string userName, CancellationToken cancellationToken = default);

    /// <summary>Ends all sessions, as one commit.</summary>
    /// <param name="cancellationToken">Checked before anything is done.</param>
    /// <returns>How many there were.</returns>
    ValueTask<long> RevokeAllAsync(CancellationToken cancellationToken = default);
}
