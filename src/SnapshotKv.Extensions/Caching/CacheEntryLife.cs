using System.Diagnostics.CodeAnalysis;
using Microsoft.Extensions.Caching.Distributed;

namespace SnapshotKv.Extensions.Caching;

/// <summary>Turns the framework's expiry into the store's.</summary>
/// <remarks>
/// The store refuses an end beyond 2262-04-11. Callers of a cache say "very long" with the largest span or instant there is, so here such an end
/// is brought near instead.
/// </remarks>
internal static class CacheEntryLife
{
    /// <summary>The latest end of an entry that is given as an instant.</summary>
    public static readonly DateTimeOffset LatestExpiration = new(2262, 4, 11, 0, 0, 0, TimeSpan.Zero);

    /// <summary>The longest life or sliding window that is given as a span: 100 years.</summary>
    public static readonly TimeSpan LongestSpan = TimeSpan.FromDays(36_525);

    /// <summary>The life of an entry.</summary>
    /// <param name="options">What the caller asked for. The relative form wins over the absolute one, which is not even looked at then.</param>
    /// <param name="otherwise">The life of an entry that was given none.</param>
    /// <param name="timeProvider">The store's clock.</param>
    /// <exception cref="ArgumentOutOfRangeException">The absolute expiration is now or past.</exception>
    public static KvEntryOptions From(DistributedCacheEntryOptions options, in KvEntryOptions otherwise, TimeProvider timeProvider)
    {
        var sliding = Shorten(options.SlidingExpiration);
        if (options.AbsoluteExpirationRelativeToNow is { } life)
        {
            return new() { TimeToLive = Shorten(life), SlidingExpiration = sliding };
        }

        if (options.AbsoluteExpiration is { } instant)
        {
            ThrowIfPast(instant, timeProvider);
            return new() { AbsoluteExpiration = instant < LatestExpiration ? instant : LatestExpiration, SlidingExpiration = sliding };
        }

        return sliding is null ? otherwise : new() { SlidingExpiration = sliding };
    }

    /// <summary>The life that the cache's options give an entry that is set without one.</summary>
    public static KvEntryOptions Default(SnapshotKvCacheOptions options) => new()
    {
        TimeToLive = Shorten(options.DefaultTimeToLive),
        SlidingExpiration = Shorten(options.DefaultSlidingExpiration),
    };

    private static TimeSpan? Shorten(TimeSpan? span) => span > LongestSpan ? LongestSpan : span;

    [SuppressMessage("Usage", "CA2208:Instantiate argument exceptions correctly", Justification = "It names the member of the caller's options, as the other providers do.")]
    private static void ThrowIfPast(DateTimeOffset instant, TimeProvider timeProvider)
    {
        if (instant <= timeProvider.GetUtcNow())
        {
            throw new ArgumentOutOfRangeException(
                nameof(DistributedCacheEntryOptions.AbsoluteExpiration), instant, "The absolute expiration must lie in the future.");
        }
    }
}
