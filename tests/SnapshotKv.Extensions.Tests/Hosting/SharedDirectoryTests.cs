using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using SnapshotKv.Extensions.Tests.Support;
using SnapshotKv.Testing;

namespace SnapshotKv.Extensions.Tests.Hosting;

/// <summary>Many hosts and containers on one directory: it is open once, in whatever order they come and go.</summary>
public sealed class SharedDirectoryTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();
    private readonly CapturingLogger _log = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => _directory.Dispose();

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task TwoHosts_InOneProcess_ShareTheDirectory_InEitherOrderOfDisposal(bool firstGoesFirst)
    {
        var clock = new ManualTimeProvider();
        var first = CreateHost(_directory.Path, clock);
        var second = CreateHost(_directory.Path, clock);
        await first.StartAsync(Token);
        await second.StartAsync(Token);
        Store(first).Set("first", 1);
        Store(second).Set("second", 2);
        Store(second).TryGet<int>("first", out var seen).ShouldBeTrue();
        seen.ShouldBe(1);

        var (goes, stays) = firstGoesFirst ? (first, second) : (second, first);
        var gone = Store(goes);
        await goes.StopAsync(Token);
        goes.Dispose();
        Should.Throw<ObjectDisposedException>(() => gone.Exists("first"));
        Store(stays).Set("later", 3);

        // The background work has gone over to the host that stays.
        await TestHost.AdvanceUntilAsync(clock, _log.WaitForAsync(EngineEvents.SnapshotSaved, times: 2));
        await stays.StopAsync(Token);
        stays.Dispose();

        using var reopened = KvStore.Open(_directory.Path);
        reopened.GetKeys().ShouldBe(["first", "later", "second"]);
        _log.Count(EngineEvents.StoreOpened).ShouldBe(1);
        _log.Count(EngineEvents.StoreClosed).ShouldBe(1);
    }

    [Fact]
    public void ALink_AndAnotherSpelling_AreTheSameDirectory()
    {
        var real = Path.Combine(_directory.Path, "real");
        var link = Path.Combine(_directory.Path, "link");
        Directory.CreateDirectory(real);
        Directory.CreateSymbolicLink(link, real);
        using var provider = new ServiceCollection()
            .AddSnapshotKv(options => options.Path = real).Services
            .AddKeyedSnapshotKv("linked", options => options.Path = link).Services
            .AddKeyedSnapshotKv("spelled", options => options.Path = Path.Combine(real, "..", "link", ".")).Services
            .BuildServiceProvider();

        provider.GetRequiredService<IKvStore>().Set("k", 1);

        provider.GetRequiredKeyedService<IKvStore>("linked").Exists("k").ShouldBeTrue();
        provider.GetRequiredKeyedService<IKvStore>("spelled").Exists("k").ShouldBeTrue();
        provider.GetRequiredKeyedService<KvStore>("linked").DirectoryPath.ShouldBe(provider.GetRequiredService<KvStore>().DirectoryPath);
    }

    [Fact]
    public async Task TwoRegistrations_ThatDisagree_EndTheStart_WithBothSpelledOut_AndNothingStaysOpen()
    {
        using (var host = CreateHost(_directory.Path, new ManualTimeProvider(), services =>
        {
            services.AddSnapshotKv(options => options.MaxSnapshots = 3);
            services.AddKeyedSnapshotKv("orders", options => (options.Path, options.MaxSnapshots) = (Path.Combine(_directory.Path, "."), 7));
        }))
        {
            var error = await Should.ThrowAsync<KvStoreSettingsException>(() => host.StartAsync(Token));

            error.Message.ShouldContain("services.AddSnapshotKv()");
            error.Message.ShouldContain("MaxSnapshots = 3");
            error.Message.ShouldContain("services.AddKeyedSnapshotKv(\"orders\")");
            error.Message.ShouldContain("MaxSnapshots = 7");
            error.Message.ShouldContain(_directory.Path);
        }

        using var free = KvStore.Open(_directory.Path);
    }

    [Fact]
    public async Task ASecondStoreThatCannotBeOpened_EndsTheStart_AndTheFirstIsClosedAndSaved()
    {
        var blocked = Path.Combine(_directory.Path, "blocked");
        await File.WriteAllTextAsync(blocked, "a file", Token);
        using (var host = CreateHost(Path.Combine(_directory.Path, "data"), new ManualTimeProvider(), services =>
            services.AddKeyedSnapshotKv("blocked", options => options.Path = blocked)))
        {
            Store(host).Set("k", 1);
            (await Should.ThrowAsync<KvStoreUnavailableException>(() => host.StartAsync(Token))).Message.ShouldContain(blocked);
        }

        using var reopened = KvStore.Open(Path.Combine(_directory.Path, "data"));
        reopened.Exists("k").ShouldBeTrue();
    }

    [Fact]
    public async Task TwoHosts_StartedAtTheSameTime_OpenOnce()
    {
        var hosts = Enumerable.Range(0, 4).Select(_ => CreateHost(_directory.Path, TimeProvider.System)).ToList();

        await Task.WhenAll(hosts.Select(host => Task.Run(() => host.StartAsync(Token), Token)));
        await Task.WhenAll(hosts.Select(host => Task.Run(() => Store(host).Increment("count"), Token)));
        await Task.WhenAll(hosts.Select(host => Task.Run(
            async () =>
            {
                await host.StopAsync(Token);
                host.Dispose();
            },
            Token)));

        using var reopened = KvStore.Open(_directory.Path);
        reopened.TryGet<long>("count", out var count).ShouldBeTrue();
        count.ShouldBe(4);
    }

    private static IKvStore Store(IHost host) => host.Services.GetRequiredService<IKvStore>();

    private IHost CreateHost(string path, TimeProvider clock, Action<IServiceCollection>? more = null)
    {
        var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings());
        builder.Logging.SetMinimumLevel(LogLevel.Debug);
        builder.Logging.AddProvider(_log);
        builder.Services.AddSingleton(clock);
        builder.Services.AddSnapshotKv(options => options.Path = path);
        more?.Invoke(builder.Services);
        return builder.Build();
    }
}
