using System.Diagnostics;
using Microsoft.Extensions.Logging.Abstractions;
using SnapshotKv.Extensions.Hosting;
using SnapshotKv.Testing;

namespace SnapshotKv.Extensions.Tests.Diagnostics;

/// <summary>The activities of a store that a host runs.</summary>
public sealed class HostedActivitiesTests
{
    [Fact]
    public async Task BackgroundWork_OfAHostThatWasStartedInsideATrace_IsNoPartOfIt()
    {
        var seen = new TaskCompletionSource<Activity?>();
        using var request = new Activity("start of the host").Start();
        using var loop = MaintenanceLoop.Start(Work, new ManualTimeProvider(), NullLogger.Instance);

        (await seen.Task.WaitAsync(TestContext.Current.CancellationToken)).ShouldBeNull();
        await loop.StopAsync();
        Activity.Current.ShouldBeSameAs(request);

        async Task Work(CancellationToken stopping)
        {
            seen.TrySetResult(Activity.Current);
            var stopped = new TaskCompletionSource();
            await using var registration = stopping.Register(stopped.SetResult);
            await stopped.Task;
        }
    }
}
