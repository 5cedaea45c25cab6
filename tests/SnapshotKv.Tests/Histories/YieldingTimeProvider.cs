namespace SnapshotKv.Tests.Histories;

/// <summary>
/// A clock that stands still and lets other threads run now and then when it is asked. The store asks it in the midst of operations on entries that
/// expire, so operations are cut in two even where threads share one processor.
/// </summary>
internal sealed class YieldingTimeProvider : TimeProvider
{
    private static readonly DateTimeOffset Noon = new(2026, 1, 1, 12, 0, 0, TimeSpan.Zero);
    private int _asked;

    public override DateTimeOffset GetUtcNow()
    {
        if (Interlocked.Increment(ref _asked) % 3 == 0)
        {
            Thread.Yield();
        }

        return Noon;
    }
}
