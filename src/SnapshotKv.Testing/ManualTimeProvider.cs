namespace SnapshotKv.Testing;

/// <summary>A clock that moves only when told to, and fires its timers on the thread that moves it.</summary>
/// <remarks>Thread-safe; timer callbacks run one at a time, in the order they fall due, with the clock standing at the moment each was due.</remarks>
public sealed class ManualTimeProvider : TimeProvider
{
    private readonly Lock _gate = new();
    private readonly List<ManualTimer> _timers = [];
    private TimeZoneInfo _zone = TimeZoneInfo.Utc;
    private DateTimeOffset _wallClock;
    private long _elapsedTicks;

    /// <summary>Initializes a clock that stands at an instant.</summary>
    /// <param name="start">The instant; default: 2026-01-01T00:00:00Z.</param>
    public ManualTimeProvider(DateTimeOffset? start = null) =>
        _wallClock = start ?? new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    /// <inheritdoc/>
    public override TimeZoneInfo LocalTimeZone => _zone;

    /// <inheritdoc/>
    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    /// <summary>How many timers are waiting to fire.</summary>
    public int PendingTimers
    {
        get
        {
            lock (_gate)
            {
                return _timers.Count;
            }
        }
    }

    /// <inheritdoc/>
    public override DateTimeOffset GetUtcNow()
    {
        lock (_gate)
        {
            return _wallClock;
        }
    }

    /// <inheritdoc/>
    public override long GetTimestamp()
    {
        lock (_gate)
        {
            return _elapsedTicks;
        }
    }

    /// <summary>Sets the local time zone.</summary>
    /// <param name="zone">The zone.</param>
    public void SetLocalTimeZone(TimeZoneInfo zone) => _zone = zone;

    /// <summary>Steps the wall clock, forwards or back, as an operator would; timers do not notice.</summary>
    /// <param name="now">The new time.</param>
    public void SetUtcNow(DateTimeOffset now)
    {
        lock (_gate)
        {
            _wallClock = now;
        }
    }

    /// <summary>Lets time pass, firing each timer that falls due.</summary>
    /// <param name="by">How much; not negative.</param>
    public void Advance(TimeSpan by)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(by, TimeSpan.Zero);
        var target = GetTimestamp() + by.Ticks;
        while (NextDue(target) is { } timer)
        {
            timer.Fire();
        }

        lock (_gate)
        {
            MoveTo(target);
        }
    }

    /// <inheritdoc/>
    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = new ManualTimer(this, callback, state);
        timer.Change(dueTime, period);
        return timer;
    }

    private ManualTimer? NextDue(long target)
    {
        lock (_gate)
        {
            var next = _timers.MinBy(timer => timer.DueAt);
            if (next is null || next.DueAt > target)
            {
                return null;
            }

            MoveTo(Math.Max(next.DueAt, _elapsedTicks));
            if (next.Period > TimeSpan.Zero)
            {
                next.DueAt += next.Period.Ticks;
            }
            else
            {
                _timers.Remove(next);
            }

            return next;
        }
    }

    /// <summary>Never back: a callback may have let more time pass than the call that fired it was going to.</summary>
    private void MoveTo(long elapsedTicks)
    {
        elapsedTicks = Math.Max(elapsedTicks, _elapsedTicks);
        _wallClock = _wallClock.AddTicks(elapsedTicks - _elapsedTicks);
        _elapsedTicks = elapsedTicks;
    }

    private sealed class ManualTimer(ManualTimeProvider clock, TimerCallback callback, object? state) : ITimer
    {
        public long DueAt { get; set; }

        public TimeSpan Period { get; private set; }

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            lock (clock._gate)
            {
                clock._timers.Remove(this);
                if (dueTime != Timeout.InfiniteTimeSpan)
                {
                    DueAt = clock._elapsedTicks + dueTime.Ticks;
                    Period = period;
                    clock._timers.Add(this);
                }
            }

            return true;
        }

        public void Fire() => callback(state);

        public void Dispose()
        {
            lock (clock._gate)
            {
                clock._timers.Remove(this);
            }
        }

        public ValueTask DisposeAsync()
        {
            Dispose();
            return ValueTask.CompletedTask;
        }
    }
}
