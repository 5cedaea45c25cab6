namespace SnapshotKv.Extensions.AspNetCore.Session;

/// <summary>What a read of a session's entry found.</summary>
/// <param name="Version">The entry's version; 0 when there is none.</param>
/// <param name="Content">What is in it; null when there is none, or when it cannot be read.</param>
internal readonly record struct StoredSession(long Version, SessionContent? Content);
