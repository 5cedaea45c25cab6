namespace SnapshotKv;

/// <summary>How long an entry lives. The default is for ever.</summary>
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
    /// <value>Positive. Default: null, without limit.</value>
    public TimeSpan? TimeToLive { get; init; }

    /// <summary>How long the entry lives from when it was last read.</summary>
    /// <value>Positive. Default: null, reads do not matter.</value>
    public TimeSpan? SlidingExpiration { get; init; }
}
