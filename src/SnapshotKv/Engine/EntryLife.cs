using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace SnapshotKv.Engine;

/// <summary>An entry's expiry as the record keeps it: Unix nanoseconds and nanoseconds, 0 for none.</summary>
[SuppressMessage("Usage", "CA2208:Instantiate argument exceptions correctly", Justification = "The caller's parameter is called options; the message names its member.")]
internal readonly record struct EntryLife(long Deadline, long SlidingWindow, long Cap)
{
    /// <summary>Works out an entry's life from when it is set.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A span is not positive, an instant is not in the future, or the end is beyond what can be kept.</exception>
    public static EntryLife From(in KvEntryOptions options, KvClock clock) => options.HasLife ? From(options, clock.Now) : default;

    /// <inheritdoc cref="From(in KvEntryOptions, KvClock)"/>
    public static EntryLife From(in KvEntryOptions options, long now)
    {
        var absolute = Absolute(options, now);
        if (options.SlidingExpiration is not { } window)
        {
            return new(absolute, 0, 0);
        }

        CheckPositive(window, nameof(KvEntryOptions.SlidingExpiration));
        var first = EndOf(now, window, nameof(KvEntryOptions.SlidingExpiration));
        return new(absolute == 0 ? first : Math.Min(first, absolute), first - now, absolute);
    }

    private static long Absolute(in KvEntryOptions options, long now)
    {
        if (options.TimeToLive is { } life)
        {
            if (life == Timeout.InfiniteTimeSpan)
            {
                return 0;
            }

            CheckPositive(life, nameof(KvEntryOptions.TimeToLive));
            return EndOf(now, life, nameof(KvEntryOptions.TimeToLive));
        }

        if (options.AbsoluteExpiration is not { } instant)
        {
            return 0;
        }

        if (instant >= KvClock.End)
        {
            throw TooLate(nameof(KvEntryOptions.AbsoluteExpiration), instant);
        }

        var absolute = KvClock.FromDateTimeOffset(instant);
        return absolute > now
            ? absolute
            : throw new ArgumentOutOfRangeException(nameof(options), instant, $"{nameof(KvEntryOptions.AbsoluteExpiration)} must lie in the future.");
    }

    private static void CheckPositive(TimeSpan span, string name)
    {
        if (span <= TimeSpan.Zero)
        {
            throw new ArgumentOutOfRangeException("options", span, $"{name} must be positive; leave it out for an entry that does not expire.");
        }
    }

    private static long EndOf(long now, TimeSpan span, string name) =>
        span.Ticks <= (long.MaxValue - Math.Max(now, 0)) / KvClock.NanosecondsPerTick ? now + (span.Ticks * KvClock.NanosecondsPerTick) : throw TooLate(name, span);

    private static ArgumentOutOfRangeException TooLate(string name, object value) =>
        new("options", value, string.Create(CultureInfo.InvariantCulture, $"{name} must end before {KvClock.End:O}; leave it out for an entry that does not expire."));
}
