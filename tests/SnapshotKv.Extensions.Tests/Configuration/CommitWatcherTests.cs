using SnapshotKv.Extensions.Configuration;

namespace SnapshotKv.Extensions.Tests.Configuration;

public sealed class CommitWatcherTests
{
    [Fact]
    public async Task Dispose_WhileAChangeIsBeingTold_DoesNotHoldWhatTheTellingNeeds()
    {
        var token = TestContext.Current.CancellationToken;
        using var telling = new ManualResetEventSlim();
        using var goOn = new ManualResetEventSlim();
        var store = new StoreDouble();
        var watcher = new CommitWatcher(store, "config:", static () => { }, static _ => { });
        watcher.Register();
        store.Fault = operation =>
        {
            if (operation == nameof(store.Watch))
            {
                telling.Set();
                goOn.Wait(token);
            }

            return null;
        };
        var writing = Task.Run(() => store.SetBytes("config:a", new byte[] { 1 }), token);
        telling.Wait(token);

        // Disposal waits for the callback, which goes on only once disposal waits.
        var disposing = new Thread(watcher.Dispose) { IsBackground = true };
        disposing.Start();
        SpinWait.SpinUntil(() => disposing.ThreadState.HasFlag(ThreadState.WaitSleepJoin), TimeSpan.FromMinutes(1)).ShouldBeTrue();
        goOn.Set();

        SpinWait.SpinUntil(() => writing.IsCompleted, TimeSpan.FromMinutes(1)).ShouldBeTrue("each waits for the other");
        await writing;
        disposing.Join(TimeSpan.FromMinutes(1)).ShouldBeTrue();
    }
}
