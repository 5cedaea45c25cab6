namespace SnapshotKv.Tests.Store;

/// <summary>A clock that lets something happen while it is being read, as when the thread that reads it sleeps.</summary>
internal sealed class SleepyTimeProvider : TimeProvider
{
    private static readonly DateTimeOffset Start = new(2026, 1, 1, 12, 0, 0, TimeSpan.Zero);
    private TimeSpan _passed;
    private Action? _sleep;

    /// <summary>The next reading begins at one time, and comes back with another.</summary>
    public void SleepOnce(TimeSpan before, Action meanwhile, TimeSpan after) => _sleep = () =>
    {
        _passed = before;
        meanwhile();
        _passed = after;
    };

    public override DateTimeOffset GetUtcNow()
    {
        Interlocked.Exchange(ref _sleep, null)?.Invoke();
        return Start + _passed;
    }
}
