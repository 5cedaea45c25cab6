namespace SnapshotKv.Extensions.Caching;

/// <summary>The settings of the distributed cache over a store; section <c>SnapshotKv:Cache</c>.</summary>
/// <remarks>Not thread-safe while being written. Read once, when the cache is first used.</remarks>
public sealed class SnapshotKvCacheOptions
{
    /// <summary>The longest <see cref="Prefix"/>, in UTF-16 code units.</summary>
    public const int MaxPrefixLength = 1_024;

    /// <summary>What stands before every key of the cache in the store, so that the cache shares it with other data.</summary>
    /// <value>
    /// Well-formed text of at most <see cref="MaxPrefixLength"/> characters. Default: <c>cache:</c>. Empty makes the whole store the cache; any other
    /// must not overlap with the prefixes of the configuration and of the sessions in the store.
    /// </value>
    public string Prefix { get; set; } = "cache:";

    /// <summary>How long an entry lives that is set without any expiry.</summary>
    /// <value>Positive. Default: null, for ever.</value>
    public TimeSpan? DefaultTimeToLive { get; set; }

    /// <summary>How long an entry that is set without any expiry lives from when it was last read.</summary>
    /// <value>Positive. Default: null, reads do not matter. With <see cref="DefaultTimeToLive"/> an entry lives for that long at most.</value>
    public TimeSpan? DefaultSlidingExpiration { get; set; }

    /// <summary>Whether the metric <c>dotnet.cache.entries</c> is reported.</summary>
    /// <value>Default: false.</value>
    /// <remarks>
    /// Each time a listener asks, all keys of the cache are walked, a tenth of a second or so for a million; and the first time the index of keys is built, which
    /// every new key pays for from then on. The entries of the whole store, <c>snapshotkv.entries</c>, cost nothing.
    /// </remarks>
    public bool CountEntries { get; set; }
}
