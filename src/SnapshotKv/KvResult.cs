namespace SnapshotKv;

/// <summary>What an asynchronous read found.</summary>
/// <typeparam name="T">The type of the value.</typeparam>
/// <param name="Found">Whether there was a live entry; a stored null is found.</param>
/// <param name="Value">The value, or the type's default when nothing was found.</param>
public readonly record struct KvResult<T>(bool Found, T? Value);
