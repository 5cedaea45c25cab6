using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.Caching.Distributed;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using SnapshotKv.Extensions.Diagnostics;
using SnapshotKv.Extensions.Tests.Support;
using SnapshotKv.Testing;

namespace SnapshotKv.Extensions.Tests.Hosting;

/// <summary>A real web server, which lets requests end while the host stops already.</summary>
public sealed class DrainingServerTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();
    private readonly CapturingLogger _log = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => _directory.Dispose();

    [Fact]
    public async Task Rule3_9_02_RequestThatWritesWhileTheServerDrains_IsInTheLastSave()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Logging.ClearProviders().SetMinimumLevel(LogLevel.Debug).AddProvider(_log);
        builder.Services.AddSingleton<TimeProvider>(new ManualTimeProvider());
        builder.Services.AddSnapshotKv(options => options.Path = _directory.Path);
        await using (var application = builder.Build())
        {
            var inside = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            var stopping = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            application.Lifetime.ApplicationStopping.Register(stopping.SetResult);
            application.MapGet("/write", async (IDistributedCache cache) =>
            {
                inside.SetResult();
                await stopping.Task;
                await cache.SetAsync("late", [1], new DistributedCacheEntryOptions(), Token);
                return "written";
            });
            await application.StartAsync(Token);
            using var client = new HttpClient { BaseAddress = new Uri(application.Urls.Single()) };
            var request = client.GetStringAsync(new Uri("/write", UriKind.Relative), Token);
            await inside.Task.WaitAsync(Token);

            await application.StopAsync(Token);

            (await request).ShouldBe("written");
            _log.Count(EngineEvents.SnapshotSaved).ShouldBe(1);
            _log.Count(SnapshotKvEventIds.LastSaveCutShort).ShouldBe(0);
        }

        _log.Count(EngineEvents.SnapshotSaved).ShouldBe(1, "disposal finds nothing that is not saved");
        TestHost.ReadBack(_directory.Path, "cache:late").ShouldBe([1]);
    }
}
