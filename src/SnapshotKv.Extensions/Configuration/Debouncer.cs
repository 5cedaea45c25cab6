namespace SnapshotKv.Extensions.Configuration;

/// <summary>Runs an action once, some time after the first of any number of signals.</summary>
/// <remarks>Thread-safe. Without any time the action runs on the thread that signals, else on that of the clock's timer.</remarks>
internal sealed class Debouncer(Func<TimeProvider> clock, Action action) : IDisposable
{
    private readonly Lock _lock = new();
    private ITimer? _timer;
    private bool _isDisposed;

    /// <summary>Has the action run after a time, unless it is going to run anyway.</summary>
    /// <param name="after">Not negative.</param>
    public void Signal(TimeSpan after)
    {
        if (after <= TimeSpan.Zero)
        {
            Run();
            return;
        }

        lock (_lock)
        {
            if (_timer is null && !_isDisposed)
            {
                // Not bound to whatever the thread that signals is doing.
                using (ExecutionContext.IsFlowSuppressed() ? default : ExecutionContext.SuppressFlow())
                {
                    _timer = clock().CreateTimer(static self => ((Debouncer)self!).Run(), this, after, Timeout.InfiniteTimeSpan);
                }
            }
        }
    }

    public void Dispose()
    {
        lock (_lock)
        {
            _isDisposed = true;
            _timer?.Dispose();
            _timer = null;
        }
    }

    private void Run()
    {
        lock (_lock)
        {
            if (_isDisposed)
            {
                return;
            }

            // A signal from here on is for the next run.
            _timer?.Dispose();
            _timer = null;
        }

        action();
    }
}
