using System.Diagnostics;
using Microsoft.Extensions.DependencyInjection;
using SnapshotKv.Extensions.Tests.Support;
using SnapshotKv.Testing;
using SnapshotKv.Tests.Diagnostics;

namespace SnapshotKv.Extensions.Tests.Diagnostics;

/// <summary>The activities of a store that a host runs.</summary>
public sealed class HostedActivitiesTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => _directory.Dispose();

    [Fact]
    public async Task TimedSave_InAHostThatWasStartedInsideATrace_IsNoPartOfIt()
    {
        var name = Guid.NewGuid().ToString("n");
        using var collector = new ActivityCollector(name);
        using var host = TestHost.Create(_directory.Path, configure: options => options.Name = name);
        using (new Activity("start of the host").Start())
        {
            await host.StartAsync(Token);
        }

        host.Services.GetRequiredService<KvStore>().Set("k", 1);
        ((ManualTimeProvider)host.Services.GetRequiredService<TimeProvider>()).Advance(TimeSpan.FromSeconds(10));

        // The activity ends just after the save is logged.
        SpinWait.SpinUntil(() => collector.Of(SnapshotKvDiagnostics.SaveActivity).Count > 0, TimeSpan.FromMinutes(1)).ShouldBeTrue();
        collector.Of(SnapshotKvDiagnostics.SaveActivity).ShouldHaveSingleItem().ParentId.ShouldBeNull();
        await host.StopAsync(Token);
    }
}
