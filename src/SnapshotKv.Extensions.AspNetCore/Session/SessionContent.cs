namespace SnapshotKv.Extensions.AspNetCore.Session;

/// <summary>What a session is when it lies in the store. Never changed once made, so that requests can share it.</summary>
internal sealed record SessionContent
{
    public required Guid Id { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    public required DateTimeOffset LastWrittenAt { get; init; }

    /// <summary>The idle timeout under which it was written, so that a change of the setting reaches sessions that are there already.</summary>
    public required TimeSpan IdleTimeout { get; init; }

    public required IReadOnlyDictionary<string, byte[]> Values { get; init; }

    /// <summary>Whose session it is, if the application said so.</summary>
    public string? UserName => Values.TryGetValue(SessionUser.Key, out var bytes) ? SessionUser.Read(bytes) : null;
}
