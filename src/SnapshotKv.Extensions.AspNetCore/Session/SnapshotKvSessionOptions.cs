namespace SnapshotKv.Extensions.AspNetCore.Session;

/// <summary>Where sessions are kept; section <c>SnapshotKv:Session</c>. Timeouts and the cookie are the framework's <c>SessionOptions</c>.</summary>
/// <remarks>Not thread-safe while being written. Read once, when the first session is used.</remarks>
public sealed class SnapshotKvSessionOptions
{
    /// <summary>The longest <see cref="Prefix"/>, in UTF-16 code units.</summary>
    public const int MaxPrefixLength = 1_024;

    /// <summary>What stands before every session's key in the store, so that sessions share it with other data.</summary>
    /// <value>
    /// Well-formed text of 1 to <see cref="MaxPrefixLength"/> characters. Default: <c>session:</c>. Not empty, because revoking all sessions removes
    /// everything under it; and for the same reason it must not overlap with the prefixes of the cache and of the configuration in the store.
    /// </value>
    public string Prefix { get; set; } = "session:";

    /// <summary>Which store the sessions are kept in, as it was named when it was registered.</summary>
    /// <value>Default: null, the one store without a name.</value>
    public string? StoreName { get; set; }
}
