namespace SnapshotKv.Tests.Store;

/// <summary>A clock that stands still and calls back, once, the next time it is asked: a way into the middle of an operation.</summary>
internal sealed class CallingTimeProvider : TimeProvider
{
    private static readonly DateTimeOffset Now = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);
    private Action? _callback;

    public void CallOnce(Action callback) => _callback = callback;

    public override DateTimeOffset GetUtcNow()
    {
        Interlocked.Exchange(ref _callback, null)?.Invoke();
        return Now;
    }
}
