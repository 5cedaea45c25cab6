using Microsoft.Extensions.Caching.Distributed;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using SnapshotKv.Extensions.Diagnostics;
using SnapshotKv.Extensions.Hosting;
using SnapshotKv.Extensions.Tests.Support;
using SnapshotKv.Testing;

namespace SnapshotKv.Extensions.Tests.Hosting;

/// <summary>The life of a store in a real host, by the rules of docs/contracts.md, section 3.9.</summary>
public sealed class SnapshotKvHostedServiceTests : IDisposable
{
    private static readonly DistributedCacheEntryOptions NoExpiry = new();

    private readonly TemporaryDirectory _directory = new();
    private readonly CapturingLogger _log = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => _directory.Dispose();

    [Fact]
    public async Task Rule3_9_01_TheStore_IsOpenBeforeAnyServiceStarts_AndSavedAfterAllHaveStopped()
    {
        var openedAtStart = false;
        var savedAtStop = true;
        var probe = new LifecycleProbe
        {
            OnStart = () => Note(() => openedAtStart = _log.Count(EngineEvents.StoreOpened) == 1),
            OnStop = () => Note(() => savedAtStop = _log.Count(EngineEvents.SnapshotSaved) > 0),
        };
        using var host = TestHost.Create(_directory.Path, _log, before: services => services.AddSingleton<IHostedService>(probe));

        await host.StartAsync(Token);
        Cache(host).Set("k", [1], NoExpiry);
        await host.StopAsync(Token);

        openedAtStart.ShouldBeTrue();
        savedAtStop.ShouldBeFalse();
        _log.Count(EngineEvents.SnapshotSaved).ShouldBe(1);
    }

    [Fact]
    public async Task Rule3_9_01_SetStopStartGet_FindsTheEntryAgain()
    {
        using (var host = TestHost.Create(_directory.Path))
        {
            await host.StartAsync(Token);
            await Cache(host).SetAsync("k", [1, 2], NoExpiry, Token);
            await host.StopAsync(Token);
        }

        using var again = TestHost.Create(_directory.Path);
        await again.StartAsync(Token);
        (await Cache(again).GetAsync("k", Token)).ShouldBe([1, 2]);
        await again.StopAsync(Token);
    }

    [Fact]
    public async Task Rule3_9_01_StopApplication_AsASignalDoes_EndsTheRunWithEverythingSaved()
    {
        using (var host = TestHost.Create(_directory.Path, _log))
        {
            var lifetime = host.Services.GetRequiredService<IHostApplicationLifetime>();
            var started = new TaskCompletionSource();
            lifetime.ApplicationStarted.Register(started.SetResult);
            var running = host.RunAsync(Token);
            await started.Task.WaitAsync(Token);
            Cache(host).Set("k", [1], NoExpiry);

            lifetime.StopApplication();
            await running;
        }

        _log.Count(EngineEvents.SnapshotSaved).ShouldBe(1);
        TestHost.ReadBack(_directory.Path, "cache:k").ShouldBe([1]);
    }

    [Fact]
    public async Task Rule3_9_01_AServiceThatFailsToStop_DoesNotKeepTheStoreFromBeingSaved()
    {
        var probe = new LifecycleProbe { OnStop = static () => throw new InvalidOperationException("The probe does not stop.") };
        using var host = TestHost.Create(_directory.Path, _log, after: services => services.AddSingleton<IHostedService>(probe));
        await host.StartAsync(Token);
        Cache(host).Set("k", [1], NoExpiry);

        (await Should.ThrowAsync<InvalidOperationException>(() => host.StopAsync(Token))).Message.ShouldBe("The probe does not stop.");

        _log.Count(EngineEvents.SnapshotSaved).ShouldBe(1);
    }

    [Fact]
    public async Task Rule3_9_02_WritesWhileServicesStop_AreSaved_WhicheverStopsFirst()
    {
        using var host = TestHost.Create(
            _directory.Path,
            _log,
            before: services => AddWriterOnStop(services, "registered-before"),
            after: services => AddWriterOnStop(services, "registered-after"));

        await host.StartAsync(Token);
        await host.StopAsync(Token);

        _log.Count(EngineEvents.SnapshotSaved).ShouldBe(1);
        host.Dispose();
        _log.Count(EngineEvents.SnapshotSaved).ShouldBe(1, "disposal finds nothing that is not saved");
        TestHost.ReadBack(_directory.Path, "cache:registered-before").ShouldBe([1]);
        TestHost.ReadBack(_directory.Path, "cache:registered-after").ShouldBe([1]);
    }

    [Fact]
    public async Task Rule3_9_02_WritesAfterTheLastPhase_AreSavedByTheContainersDisposal()
    {
        using (var host = TestHost.Create(_directory.Path))
        {
            await host.StartAsync(Token);
            await host.StopAsync(Token);
            Cache(host).Set("late", [1], NoExpiry);
        }

        TestHost.ReadBack(_directory.Path, "cache:late").ShouldBe([1]);
    }

    [Fact]
    public async Task Rule3_9_03_TheLastSave_IsNotCutByTheEndOfTheBackgroundWork()
    {
        using var host = TestHost.Create(_directory.Path, _log);
        await host.StartAsync(Token);
        Cache(host).Set("k", [1], NoExpiry);

        await host.StopAsync(Token);

        _log.Count(SnapshotKvEventIds.LastSaveCutShort).ShouldBe(0);
        _log.Count(EngineEvents.SnapshotSaved).ShouldBe(1);
    }

    [Fact]
    public async Task Rule3_9_03_TheLastSave_IsBoundedByThePhasesToken_AndFinishedByDisposal()
    {
        using (var host = TestHost.Create(_directory.Path, _log))
        {
            await host.StartAsync(Token);
            Cache(host).Set("k", [1], NoExpiry);
            var service = host.Services.GetServices<IHostedService>().OfType<SnapshotKvHostedService>().Single();

            await service.StoppedAsync(new CancellationToken(canceled: true));

            _log.Count(SnapshotKvEventIds.LastSaveCutShort).ShouldBe(1);
            _log.Count(EngineEvents.SnapshotSaved).ShouldBe(0);
        }

        TestHost.ReadBack(_directory.Path, "cache:k").ShouldBe([1]);
    }

    [Fact]
    public async Task Rule3_9_04_BackgroundWorkThatFails_IsLoggedAndTriedAgain_AndNeverStopsTheHost()
    {
        using var host = TestHost.Create(_directory.Path, _log);
        var clock = (ManualTimeProvider)host.Services.GetRequiredService<TimeProvider>();
        await host.StartAsync(Token);
        Cache(host).Set("k", [1], NoExpiry);
        TestHost.BreakSaving(_directory.Path);

        clock.Advance(TimeSpan.FromSeconds(10));
        await _log.WaitForAsync(EngineEvents.SnapshotSaveFailed);
        host.Services.GetRequiredService<IHostApplicationLifetime>().ApplicationStopping.IsCancellationRequested.ShouldBeFalse();
        Cache(host).Get("k").ShouldBe([1]);
        TestHost.RepairSaving(_directory.Path);
        await TestHost.AdvanceUntilAsync(clock, _log.WaitForAsync(EngineEvents.SnapshotSaved));

        await host.StopAsync(Token);
    }

    [Fact]
    public async Task Rule3_9_04_TimedSaves_AreMadeWhileTheHostRuns()
    {
        using var host = TestHost.Create(_directory.Path, _log);
        var clock = (ManualTimeProvider)host.Services.GetRequiredService<TimeProvider>();
        await host.StartAsync(Token);

        Cache(host).Set("k", [1], NoExpiry);
        clock.Advance(TimeSpan.FromSeconds(10) - TimeSpan.FromTicks(1));
        _log.Count(EngineEvents.SnapshotSaved).ShouldBe(0);
        clock.Advance(TimeSpan.FromTicks(1));
        await _log.WaitForAsync(EngineEvents.SnapshotSaved);

        await host.StopAsync(Token);
        _log.Count(EngineEvents.SnapshotSaved).ShouldBe(1);
    }

    [Fact]
    public async Task Rule3_9_05_ServicesThatStopConcurrently_AreAllSaved()
    {
        using var host = TestHost.Create(
            _directory.Path,
            _log,
            before: services =>
            {
                services.Configure<HostOptions>(options => options.ServicesStopConcurrently = options.ServicesStartConcurrently = true);
                AddWriterOnStop(services, "one");
                AddWriterOnStop(services, "two");
            });

        await host.StartAsync(Token);
        await host.StopAsync(Token);
        host.Dispose();

        TestHost.ReadBack(_directory.Path, "cache:one").ShouldBe([1]);
        TestHost.ReadBack(_directory.Path, "cache:two").ShouldBe([1]);
    }

    [Fact]
    public async Task Rule3_9_06_WithoutAHost_DisposalOfTheProviderSaves()
    {
        foreach (var asynchronous in new[] { false, true })
        {
            var provider = new ServiceCollection().AddSnapshotKv(options => options.Path = _directory.Path).Services.BuildServiceProvider();
            provider.GetRequiredService<IDistributedCache>().Set($"{asynchronous}", [1], NoExpiry);
            if (asynchronous)
            {
                await provider.DisposeAsync();
            }
            else
            {
                provider.Dispose();
            }

            TestHost.ReadBack(_directory.Path, $"cache:{asynchronous}").ShouldBe([1]);
        }
    }

    [Fact]
    public async Task Start_FailingHalfWay_LeavesNothingOpenAndNothingUnsaved()
    {
        KvStore? store = null;
        using (var host = TestHost.Create(_directory.Path, after: services => services.AddSingleton<IHostedService>(provider => new LifecycleProbe
        {
            OnStart = () =>
            {
                store = provider.GetRequiredService<KvStore>();
                provider.GetRequiredService<IDistributedCache>().Set("k", [1], NoExpiry);
                throw new InvalidOperationException("The probe does not start.");
            },
        })))
        {
            (await Should.ThrowAsync<InvalidOperationException>(() => host.StartAsync(Token))).Message.ShouldBe("The probe does not start.");
        }

        Should.Throw<ObjectDisposedException>(() => store!.Exists("cache:k"));
        TestHost.ReadBack(_directory.Path, "cache:k").ShouldBe([1]);
    }

    [Fact]
    public async Task Start_LockedDirectory_FailsWithTheStoresOwnMessage()
    {
        using var holder = KvStore.Open(_directory.Path);
        using var host = TestHost.Create(_directory.Path);

        var exception = await Should.ThrowAsync<KvStoreLockedException>(() => host.StartAsync(Token));

        exception.Message.ShouldContain(_directory.Path);
    }

    [Fact]
    public async Task Start_PathIsAFile_FailsWithTheStoresOwnMessage()
    {
        var path = Path.Combine(_directory.Path, "file");
        await File.WriteAllTextAsync(path, "a file", Token);
        using var host = TestHost.Create(path);

        var exception = await Should.ThrowAsync<KvStoreException>(() => host.StartAsync(Token));

        exception.Message.ShouldContain(path);
    }

    [Fact]
    public async Task Start_OptionsOutOfRange_FailsNamingAllOfThem()
    {
        using var host = TestHost.Create(_directory.Path, configure: options =>
        {
            options.MaxSnapshots = 0;
            options.MaxValueBytes = 0;
        });

        var exception = await Should.ThrowAsync<OptionsValidationException>(() => host.StartAsync(Token));

        exception.Failures.Count().ShouldBe(2);
        exception.Message.ShouldContain(nameof(SnapshotKvOptions.MaxSnapshots));
        exception.Message.ShouldContain(nameof(SnapshotKvOptions.MaxValueBytes));
    }

    [Fact]
    public async Task Stop_SaveThatFails_IsLogged_LetsOthersStop_AndIsTriedAgainByDisposal()
    {
        var othersStopped = false;
        var probe = new LifecycleProbe { OnStopped = () => Note(() => othersStopped = true) };
        using (var host = TestHost.Create(_directory.Path, _log, before: services => services.AddSingleton<IHostedService>(probe)))
        {
            await host.StartAsync(Token);
            Cache(host).Set("k", [1], NoExpiry);
            TestHost.BreakSaving(_directory.Path);

            await host.StopAsync(Token);

            othersStopped.ShouldBeTrue();
            var failure = _log.Entries.Single(entry => entry.Id.Id == SnapshotKvEventIds.LastSaveFailed);
            failure.Level.ShouldBe(LogLevel.Error);
            failure.Exception.ShouldBeOfType<KvStoreUnavailableException>();
            TestHost.RepairSaving(_directory.Path);
        }

        TestHost.ReadBack(_directory.Path, "cache:k").ShouldBe([1]);
    }

    [Fact]
    public async Task Dispose_SaveThatFailsAgain_ThrowsWhatTheSaveThrew()
    {
        var host = TestHost.Create(_directory.Path, _log);
        await host.StartAsync(Token);
        Cache(host).Set("k", [1], NoExpiry);
        TestHost.BreakSaving(_directory.Path);
        await host.StopAsync(Token);

        Should.Throw<KvStoreUnavailableException>(host.Dispose);
    }

    [Fact]
    public async Task Stop_StoreThatWasDisposedByTheApplication_IsNoError()
    {
        using var host = TestHost.Create(_directory.Path, _log);
        await host.StartAsync(Token);
        host.Services.GetRequiredService<KvStore>().Dispose();

        await host.StopAsync(Token);

        _log.Entries.ShouldNotContain(entry => entry.Level >= LogLevel.Warning);
    }

    private static IDistributedCache Cache(IHost host) => host.Services.GetRequiredService<IDistributedCache>();

    private static Task Note(Action note)
    {
        note();
        return Task.CompletedTask;
    }

    private static void AddWriterOnStop(IServiceCollection services, string key) => services.AddSingleton<IHostedService>(provider => new LifecycleProbe
    {
        OnStop = () => provider.GetRequiredService<IDistributedCache>().SetAsync(key, [1], NoExpiry, Token),
    });
}
