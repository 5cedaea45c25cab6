namespace SnapshotKv.Extensions.AspNetCore.Session;

/// <summary>How long the store may take for one load or commit: until the caller cancels, or the session options' IOTimeout is over.</summary>
internal sealed class IoDeadline : IDisposable
{
    private readonly CancellationToken _callers;
    private readonly CancellationTokenSource _timeout;
    private readonly CancellationTokenSource? _linked;

    public IoDeadline(TimeSpan timeout, TimeProvider timeProvider, CancellationToken callers)
    {
        _callers = callers;
        _timeout = new CancellationTokenSource(timeout, timeProvider);
        _linked = callers.CanBeCanceled ? CancellationTokenSource.CreateLinkedTokenSource(callers, _timeout.Token) : null;
        Token = (_linked ?? _timeout).Token;
    }

    public CancellationToken Token { get; }

    /// <summary>Whether it was the time that ran out, and not the caller who cancelled.</summary>
    public bool HasPassed => _timeout.IsCancellationRequested && !_callers.IsCancellationRequested;

    public void Dispose()
    {
        _linked?.Dispose();
        _timeout.Dispose();
    }
}
