using SnapshotKv.Journal;

namespace SnapshotKv.Tests.Journal;

/// <summary>Who waits for a flush, who makes it, and what becomes of both when it fails.</summary>
public sealed class FlushQueueTests : IDisposable
{
    private readonly ManualResetEventSlim _begun = new();
    private readonly ManualResetEventSlim _goesOn = new();
    private int _flushes;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public void Wait_WhileAFlushRunsThatHasTheCommit_MakesNone()
    {
        var queue = new FlushQueue(() => HoldFirst(through: 2), _ => { });
        var leader = StartInHold(() => queue.Wait(1));
        var follower = StartUntilItWaits(() => queue.Wait(2));

        _goesOn.Set();

        Join(leader, follower);
        _flushes.ShouldBe(1);
        queue.Durable.ShouldBe(2UL);
    }

    [Fact]
    public void Wait_WhileAFlushRunsThatHasNotTheCommit_MakesTheNext()
    {
        var queue = new FlushQueue(() => HoldFirst(through: 1), _ => { });
        var leader = StartInHold(() => queue.Wait(1));
        var follower = StartUntilItWaits(() => queue.Wait(2));

        _goesOn.Set();

        Join(leader, follower);
        _flushes.ShouldBe(2);
        queue.Durable.ShouldBe(2UL);
    }

    [Fact]
    public void Wait_WhileAFlushRunsThatFails_FailsWithoutAnother()
    {
        var queue = new FlushQueue(() => HoldFirst(through: null), _ => { });
        var leader = StartInHold(() => Should.Throw<KvStoreFaultedException>(() => queue.Wait(1)));
        var follower = StartUntilItWaits(() => Should.Throw<KvStoreFaultedException>(() => queue.Wait(2)));

        _goesOn.Set();

        Join(leader, follower);
        _flushes.ShouldBe(1);
    }

    [Fact]
    public void Flush_WhileOneRunsThatBringsNothing_IsMadeWhenThatHasEnded()
    {
        var queue = new FlushQueue(() => HoldFirst(through: 0), _ => { });
        var leader = StartInHold(queue.Flush);
        var follower = StartUntilItWaits(queue.Flush);

        _goesOn.Set();

        Join(leader, follower);
        _flushes.ShouldBe(2);
    }

    [Fact]
    public void Wait_OwnFlushHasTheCommitThoughTheQueueFailedMeanwhile_Returns()
    {
        FlushQueue? queue = null;
        queue = new FlushQueue(
            () =>
            {
                queue!.Fail(new IOException("an append behind it failed"));
                return 1;
            },
            _ => { });

        Should.NotThrow(() => queue.Wait(1));
        Should.Throw<KvStoreFaultedException>(() => queue.Wait(2)).InnerException.ShouldBeOfType<IOException>();
    }

    public void Dispose()
    {
        _begun.Dispose();
        _goesOn.Dispose();
    }

    private ulong HoldFirst(ulong? through)
    {
        if (Interlocked.Increment(ref _flushes) > 1)
        {
            return 2;
        }

        _begun.Set();
        _goesOn.Wait(Cancellation);
        return through ?? throw new IOException("the device is gone");
    }

    private Thread StartInHold(Action action)
    {
        var thread = Start(action);
        _begun.Wait(Cancellation);
        return thread;
    }

    private static Thread StartUntilItWaits(Action action)
    {
        var thread = Start(action);
        SpinWait.SpinUntil(() => (thread.ThreadState & ThreadState.WaitSleepJoin) != 0 || !thread.IsAlive);
        return thread;
    }

    private static Thread Start(Action action)
    {
        var thread = new Thread(() => action()) { IsBackground = true };
        thread.Start();
        return thread;
    }

    private static void Join(params Thread[] threads)
    {
        foreach (var thread in threads)
        {
            thread.Join(TimeSpan.FromSeconds(30)).ShouldBeTrue("nobody woke it");
        }
    }
}
