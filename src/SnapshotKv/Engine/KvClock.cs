using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using SnapshotKv.Format;

namespace SnapshotKv.Engine;

/// <summary>The store's clock, in Unix nanoseconds.</summary>
/// <remarks>
/// Reading the system's clock costs as much as a lookup. So reads judge an expiry by a coarse monotonic clock, whose offset to the real one is
/// renewed each second, and ask the real one only near the deadline: a step of the system's clock is noticed at most a second late. An injected clock
/// is always asked, so that a test sees exactly what it set.
/// </remarks>
internal sealed class KvClock
{
    public const long NanosecondsPerTick = 100;
    private const long NanosecondsPerMillisecond = 1_000_000;

    /// <summary>More than the coarse clock can be off between two renewals: its steps are at most 16 ms, and a renewal takes at most 20.</summary>
    private const long Margin = 100 * NanosecondsPerMillisecond;

    private const long RenewAfterMilliseconds = 1_000;

    /// <summary>Milliseconds that may pass between reading one clock and the other: a step of the coarse one.</summary>
    private const long LongestReading = 20;

    private bool _isSystem;
    private Base _base = new(long.MinValue / 2, 0);

    public KvClock(TimeProvider timeProvider)
    {
        TimeProvider = timeProvider;
        NoteSource();
    }

    public TimeProvider TimeProvider { get; }

    /// <summary>Called when the provider has been bound to another source: only the system's own time may be judged by the coarse clock.</summary>
    public void NoteSource() => _isSystem = ReferenceEquals(TimeProvider, TimeProvider.System) || TimeProvider is BoundTimeProvider { IsSystem: true };

    /// <summary>The time now.</summary>
    public long Now => FromDateTimeOffset(TimeProvider.GetUtcNow());

    /// <summary>The first instant that the store's expiries cannot express.</summary>
    public static DateTimeOffset End { get; } = DateTimeOffset.UnixEpoch.AddTicks(long.MaxValue / NanosecondsPerTick);

    /// <summary>An instant in Unix nanoseconds; what lies beyond 64 bits becomes the first or last instant they can express.</summary>
    public static long FromDateTimeOffset(DateTimeOffset instant)
    {
        var ticks = instant.UtcTicks - DateTimeOffset.UnixEpoch.Ticks;
        return ticks > long.MaxValue / NanosecondsPerTick ? long.MaxValue
            : ticks < long.MinValue / NanosecondsPerTick ? long.MinValue
            : ticks * NanosecondsPerTick;
    }

    /// <summary>The instant of a number of Unix nanoseconds, to the tick.</summary>
    public static DateTimeOffset ToDateTimeOffset(long nanoseconds) => DateTimeOffset.UnixEpoch.AddTicks(nanoseconds / NanosecondsPerTick);

    /// <summary>Whether a deadline has come: dead when now ≥ deadline; 0 never comes.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool HasCome(long deadline) => deadline != 0 && HasCome(deadline, out _);

    /// <summary>Whether an entry is dead.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool IsDead(Record record) => record.Deadline != 0 && IsDead(record, out _);

    /// <summary>
    /// Whether an entry that expires is dead: judged by a deadline that still stood after the clock was read. Between the two the thread may have slept for
    /// as long as others slid the entry on, and it would declare dead what was alive all the time.
    /// </summary>
    public bool IsDead(Record record, out long now)
    {
        while (true)
        {
            var deadline = record.Deadline;
            if (!HasCome(record.ExpiryOf(deadline), out now))
            {
                return false;
            }

            if (record.Deadline == deadline)
            {
                return true;
            }
        }
    }

    /// <summary>Whether a deadline, which is not 0, has come, and the time it was judged by: by the system's clock with an error of some milliseconds.</summary>
    public bool HasCome(long deadline, out long now)
    {
        if (!_isSystem)
        {
            now = Now;
            return now >= deadline;
        }

        // Nearly all deadlines are far ahead, or long past. No difference is taken: a deadline from a file can be any number.
        now = Coarse();
        return deadline <= now + Margin && (deadline < now - Margin || Now >= deadline);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    [SuppressMessage("ApiDesign", "RS0030:Do not use banned APIs", Justification = "This is the one place that reads the coarse clock, and only for TimeProvider.System.")]
    private long Coarse()
    {
        var milliseconds = Environment.TickCount64;
        var known = Volatile.Read(ref _base);
        if (milliseconds - known.Milliseconds > RenewAfterMilliseconds)
        {
            known = Renew(milliseconds);
        }

        return known.Nanoseconds + ((milliseconds - known.Milliseconds) * NanosecondsPerMillisecond);
    }

    [SuppressMessage("ApiDesign", "RS0030:Do not use banned APIs", Justification = "The coarse clock is read on both sides of the exact one.")]
    private Base Renew(long milliseconds)
    {
        while (true)
        {
            var known = new Base(milliseconds, Now);
            var after = Environment.TickCount64;
            if (after - milliseconds <= LongestReading)
            {
                Volatile.Write(ref _base, known);
                return known;
            }

            // The thread slept between the two clocks, by which the coarse one would run ahead.
            milliseconds = after;
        }
    }

    /// <summary>What the real clock said when the coarse one said what. Immutable, so that readers see both or neither.</summary>
    private sealed record Base(long Milliseconds, long Nanoseconds);
}
