using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace SnapshotKv.Engine;

/// <summary>An entry's expiry as the record keeps it: Unix nanoseconds and nanoseconds, 0 for none.</summary>
[SuppressMessage("Usage", "CA2208:Instantiate argument exceptions correctly", Justification = "The caller's parameter is called options; the message names its member.")]
internal readonly record struct EntryLife(long Deadline, long SlidingWindow, long Cap)
{
    /// <summary>Works out an entry's life from when it is set.</summary>
    /// <param name="options">What was asked for.</param>
    /// <param name="clock">The clock.</param>
    /// <param name="key">The key, for the message; null when there is none yet.</param>
    /// <exception cref="ArgumentOutOfRangeException">A span is not positive, an instant is not in the future, or the end is beyond what can be kept.</exception>
    public static EntryLife From(in KvEntryOptions options, KvClock clock, string? key = null) => options.HasLife ? From(options, clock.Now, key) : default;

    /// <inheritdoc cref="From(in KvEntryOptions, KvClock, string?)"/>
    public static EntryLife From(in KvEntryOptions options, long now, string? key = null)
    {
        var absolute = Absolute(options, now, key);
        if (options.SlidingExpiration is not { } window)
        {
            return new(absolute, 0, 0);
        }

        CheckPositive(window, nameof(KvEntryOptions.SlidingExpiration), key);
        var first = EndOf(now, window, nameof(KvEntryOptions.SlidingExpiration), key);
        return new(absolute == 0 ? first : Math.Min(first, absolute), first - now, absolute);
    }

    private static long Absolute(in KvEntryOptions options, long now, string? key)
    {
        if (options.TimeToLive is { } life)
        {
            if (life == Timeout.InfiniteTimeSpan)
            {
                return 0;
            }

            CheckPositive(life, nameof(KvEntryOptions.TimeToLive), key);
            return EndOf(now, life, nameof(KvEntryOptions.TimeToLive), key);
        }

        if (options.AbsoluteExpiration is not { } instant)
        {
            return 0;
        }

        if (instant >= KvClock.End)
        {
            throw TooLate(nameof(KvEntryOptions.AbsoluteExpiration), instant, key);
        }

        var absolute = KvClock.FromDateTimeOffset(instant);
        return absolute > now
            ? absolute
            : throw new ArgumentOutOfRangeException(nameof(options), instant, $"{Of(key)}{nameof(KvEntryOptions.AbsoluteExpiration)} must lie in the future.");
    }

    private static void CheckPositive(TimeSpan span, string name, string? key)
    {
        if (span <= TimeSpan.Zero)
        {
            throw new ArgumentOutOfRangeException("options", span, $"{Of(key)}{name} must be positive; leave it out for an entry that does not expire.");
        }
    }

    private static long EndOf(long now, TimeSpan span, string name, string? key) =>
        span.Ticks <= (long.MaxValue - Math.Max(now, 0)) / KvClock.NanosecondsPerTick ? now + (span.Ticks * KvClock.NanosecondsPerTick) : throw TooLate(name, span, key);

    private static ArgumentOutOfRangeException TooLate(string name, object value, string? key) =>
        new("options", value, string.Create(CultureInfo.InvariantCulture, $"{Of(key)}{name} must end before {KvClock.End:O}; leave it out for an entry that does not expire."));

    /// <summary>Of several entries in one batch the message has to say which.</summary>
    private static string Of(string? key) => key is null ? string.Empty : $"Key '{key}': ";
}
