namespace SnapshotKv;

/// <summary>How long an entry lives, and by which tags it can be removed together with others. The default is for ever, and without tags.</summary>
/// <remarks>
/// <para>Of <see cref="AbsoluteExpiration"/> and <see cref="TimeToLive"/> the relative one wins when both are given. A sliding window moves the
/// expiry with each read, never beyond the absolute one.</para>
/// <para>Expiries are kept to the nanosecond and reach to 2262-04-11; what lies beyond is refused with an <see cref="ArgumentOutOfRangeException"/>.</para>
/// </remarks>
public readonly record struct KvEntryOptions
{
    /// <summary>The instant from which on the entry is gone.</summary>
    /// <value>Must lie in the future when the entry is set. Default: null, none.</value>
    public DateTimeOffset? AbsoluteExpiration { get; init; }

    /// <summary>How long the entry lives from when it is set.</summary>
    /// <value>
    /// Positive, or <see cref="Timeout.InfiniteTimeSpan"/> to say that it does not expire also where a partition has a default. Default: null, without
    /// limit, or the partition's default.
    /// </value>
    public TimeSpan? TimeToLive { get; init; }

    /// <summary>How long the entry lives from when it was last read.</summary>
    /// <value>Positive. Default: null, reads do not matter.</value>
    public TimeSpan? SlidingExpiration { get; init; }

    /// <summary>The entry's tags; see <see cref="IKvStore.RemoveByTag"/>. A repeated one counts once.</summary>
    /// <value>At most 256, each of 1 to 1,024 bytes of UTF-8, compared exactly. Default: null, none, or the partition's default.</value>
    public IReadOnlyCollection<string>? Tags { get; init; }

    /// <summary>What this write is to survive, when that is more than what the store's writes do anyway.</summary>
    /// <value>
    /// Default: null, the partition's or the store's. A lower level than that changes nothing. Above a store of level <see cref="KvDurability.Snapshot"/>, which has no
    /// journal, the call returns once a snapshot that holds the write is on disk.
    /// </value>
    /// <remarks>Not a property of the entry: it counts for the write only. In a batch or transaction, the highest level asked for counts for all of it.</remarks>
    public KvDurability? Durability { get; init; }

    /// <summary>Whether anything is said about how long the entry lives.</summary>
    internal bool HasLife => TimeToLive.HasValue || SlidingExpiration.HasValue || AbsoluteExpiration.HasValue;
}
