namespace SnapshotKv.Extensions.AspNetCore.Session;

/// <summary>A session as an <see cref="ISnapshotKvSessionDirectory"/> lists it, at the moment when it was looked at.</summary>
public sealed record SnapshotKvSessionInfo
{
    /// <summary>The session's id, <c>ISession.Id</c>. It opens nothing: the cookie carries something else.</summary>
    public required string Id { get; init; }

    /// <summary>Whose it is, as <c>session.SetUserName</c> said; null when nobody said so.</summary>
    public required string? UserName { get; init; }

    /// <summary>When something was first kept in it, in UTC.</summary>
    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>When a request last changed it, in UTC. Requests that only read do not count.</summary>
    public required DateTimeOffset LastWrittenAt { get; init; }

    /// <summary>When it ends unless it is used before, in UTC; null when it has no idle timeout.</summary>
    public required DateTimeOffset? ExpiresAt { get; init; }

    /// <summary>How long it lives from when it was last used; <see cref="Timeout.InfiniteTimeSpan"/> for ever.</summary>
    public required TimeSpan IdleTimeout { get; init; }

    /// <summary>When a request last used it, in UTC, by reading or by changing something; null when it has no idle timeout.</summary>
    public required DateTimeOffset? LastUsedAt { get; init; }

    /// <summary>How many keys are in it, the user's name among them.</summary>
    public required int KeyCount { get; init; }

    /// <summary>How many bytes it takes as it is stored.</summary>
    public required int SizeBytes { get; init; }
}
