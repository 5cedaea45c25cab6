using SnapshotKv.Extensions.Diagnostics;
using SnapshotKv.Extensions.Hosting;
using SnapshotKv.Extensions.Tests.Support;
using SnapshotKv.Testing;

namespace SnapshotKv.Extensions.Tests.Hosting;

/// <summary>The loop around a store's background work, by rule 3.9.4 of docs/contracts.md.</summary>
public sealed class MaintenanceLoopTests
{
    private readonly ManualTimeProvider _clock = new();
    private readonly CapturingLogger _log = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Rule3_9_04_WorkThatThrows_IsLoggedCountedAndTriedAgain_LaterEachTime()
    {
        var tries = new List<TimeSpan>();
        var begun = _clock.GetTimestamp();
        var worked = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        Task Work(CancellationToken stopping)
        {
            tries.Add(_clock.GetElapsedTime(begun));
            if (tries.Count <= 3)
            {
                throw new IOException("mine");
            }

            worked.TrySetResult();
            return Task.Delay(Timeout.InfiniteTimeSpan, _clock, stopping).ContinueWith(static _ => { }, TaskScheduler.Default);
        }

        using var loop = MaintenanceLoop.Start(Work, _clock, _log.CreateLogger("SnapshotKv"));
        for (var failure = 1; failure <= 3; failure++)
        {
            await _log.WaitForAsync(SnapshotKvEventIds.MaintenanceFailed, failure);

            // The timer of the back-off is set just after the failure was logged.
            SpinWait.SpinUntil(() => _clock.PendingTimers > 0, TimeSpan.FromMinutes(1)).ShouldBeTrue();
            _clock.Advance(TimeSpan.FromSeconds(1 << (failure - 1)));
        }

        await worked.Task.WaitAsync(Token);
        await loop.StopAsync();
        tries.ShouldBe([TimeSpan.Zero, TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(3), TimeSpan.FromSeconds(7)]);
        _log.Entries.Select(entry => entry.Exception).ShouldAllBe(exception => exception is IOException);
        _log.Entries[2].Message.ShouldContain("3 failures in a row");
    }

    [Fact]
    public async Task StopAsync_WhileItBacksOff_EndsAtOnce()
    {
        using var loop = MaintenanceLoop.Start(_ => throw new IOException("mine"), _clock, _log.CreateLogger("SnapshotKv"));
        await _log.WaitForAsync(SnapshotKvEventIds.MaintenanceFailed);

        await loop.StopAsync();

        _log.Entries.Count.ShouldBe(1);
    }

    [Fact]
    public async Task AStoreThatWasClosed_EndsTheLoopWithoutAWord()
    {
        using var loop = MaintenanceLoop.Start(_ => throw new ObjectDisposedException("store"), _clock, _log.CreateLogger("SnapshotKv"));

        await loop.StopAsync();

        _log.Entries.ShouldBeEmpty();
    }
}
