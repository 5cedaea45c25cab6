using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using SnapshotKv.Extensions.Configuration;
using SnapshotKv.Extensions.Diagnostics;
using SnapshotKv.Extensions.Tests.Support;
using SnapshotKv.Testing;

namespace SnapshotKv.Extensions.Tests.Configuration;

/// <summary>Provider, writer, store and options in a real host over a real directory.</summary>
public sealed class ConfigurationHostTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();
    private readonly CapturingLogger _log = new();
    private readonly ManualTimeProvider _clock = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => _directory.Dispose();

    [Fact]
    public async Task OptionsMonitor_WriteThroughTheWriter_FollowsLive()
    {
        using var host = await StartAsync();
        var monitor = host.Services.GetRequiredService<IOptionsMonitor<MailOptions>>();
        var told = new List<string?>();
        using var registration = monitor.OnChange(options => told.Add(options.Host));
        var writer = host.Services.GetRequiredService<ISnapshotKvConfigurationWriter>();

        await writer.SetAsync("Mail:Host", "one", cancellationToken: Token);
        await writer.SetAsync("Mail:Host", "two", cancellationToken: Token);

        told.ShouldBe(["one", "two"]);
        monitor.CurrentValue.Host.ShouldBe("two");
    }

    [Fact]
    public async Task OptionsMonitor_WhenNothingChanged_IsNotTold()
    {
        using var host = await StartAsync();
        var monitor = host.Services.GetRequiredService<IOptionsMonitor<MailOptions>>();
        var store = host.Services.GetRequiredService<KvStore>();
        var writer = host.Services.GetRequiredService<ISnapshotKvConfigurationWriter>();
        await writer.SetAsync("Mail:Port", "25", cancellationToken: Token);
        var first = monitor.CurrentValue;
        var told = 0;
        using var registration = monitor.OnChange(_ => told++);

        await writer.SetAsync("mail:port", "25", cancellationToken: Token);
        store.Set("cache:x", "1");
        await store.SaveAsync(Token);
        store.Set("config:Mail:Port", 25);
        await store.SaveAsync(Token);

        told.ShouldBe(0);
        monitor.CurrentValue.ShouldBeSameAs(first);
    }

    [Fact]
    public async Task OptionsMonitor_CommitAroundTheWriter_FollowsWithoutASave()
    {
        using var host = await StartAsync(configure: static source => source.ReloadDebounce = TimeSpan.Zero);
        var monitor = host.Services.GetRequiredService<IOptionsMonitor<MailOptions>>();
        var told = new TaskCompletionSource<string?>(TaskCreationOptions.RunContinuationsAsynchronously);
        using var registration = monitor.OnChange(options => told.TrySetResult(options.Host));

        host.Services.GetRequiredService<IKvStore>().Set("config:Mail:Host", "direct");

        (await told.Task.WaitAsync(Token)).ShouldBe("direct");
        host.Services.GetRequiredService<KvStore>().ListSnapshots().ShouldNotBeEmpty();
    }

    [Fact]
    public async Task OptionsMonitor_SetThatWouldNotValidate_KeepsTheLastGoodInstance()
    {
        using var host = await StartAsync(configure: static source =>
        {
            source.ReloadDebounce = TimeSpan.Zero;
            source.ValidateOptions<MailOptions>("Mail", static (section, options) => section.Bind(options), new MailOptionsValidator());
        });
        var monitor = host.Services.GetRequiredService<IOptionsMonitor<MailOptions>>();
        await host.Services.GetRequiredService<ISnapshotKvConfigurationWriter>().SetAsync("Mail:Port", "25", cancellationToken: Token);

        host.Services.GetRequiredService<IKvStore>().Set("config:Mail:Port", -1);
        await _log.WaitForAsync(SnapshotKvEventIds.ConfigurationRefused);

        monitor.CurrentValue.Port.ShouldBe(25);
    }

    [Fact]
    public async Task Host_StartedAgain_HasWhatWasWritten()
    {
        using (var host = await StartAsync())
        {
            await host.Services.GetRequiredService<ISnapshotKvConfigurationWriter>().SetAsync("Mail:Host", "kept", "anna", cancellationToken: Token);
            await host.StopAsync(Token);
        }

        using var again = await StartAsync();

        again.Services.GetRequiredService<IOptions<MailOptions>>().Value.Host.ShouldBe("kept");
        (await again.Services.GetRequiredService<ISnapshotKvConfigurationWriter>().GetHistoryAsync(cancellationToken: Token)).Single().Author.ShouldBe("anna");
    }

    [Fact]
    public async Task Version_AfterARestart_StillHolds()
    {
        string version;
        using (var host = await StartAsync())
        {
            version = (await host.Services.GetRequiredService<ISnapshotKvConfigurationWriter>().SetAsync("a", "1", cancellationToken: Token)).Version;
        }

        using var again = await StartAsync();
        (await again.Services.GetRequiredService<ISnapshotKvConfigurationWriter>().SetAsync("a", "2", expectedVersion: version, cancellationToken: Token)).Revision.ShouldBe(2);
    }

    [Fact]
    public async Task Crash_AfterTheWriterCompleted_LosesNothing()
    {
        using var host = await StartAsync();
        await host.Services.GetRequiredService<ISnapshotKvConfigurationWriter>().SetAsync("a", "1", cancellationToken: Token);

        // What a crash would leave: the snapshots as they are now.
        using var copy = new TemporaryDirectory();
        Directory.CreateDirectory(Path.Combine(copy.Path, "snapshots"));
        foreach (var file in Directory.GetFiles(Path.Combine(_directory.Path, "snapshots")))
        {
            File.Copy(file, Path.Combine(copy.Path, "snapshots", Path.GetFileName(file)));
        }

        TestStore.ReadText(copy.Path, "config:a").ShouldBe("1");
    }

    [Fact]
    public async Task Log_OfTheTimeBeforeTheContainer_IsDeliveredOnce()
    {
        using var host = await StartAsync();

        _log.Entries.Count(entry => entry.Id.Id == SnapshotKvEventIds.ConfigurationPublished && entry.Category == typeof(SnapshotKvConfigurationProvider).FullName).ShouldBe(1);
    }

    [Fact]
    public async Task Debounce_InAHost_GoesByTheContainersClock()
    {
        using var host = await StartAsync(static source => source.ReloadOn = SnapshotKvReloadMode.Never);
        var provider = ConfigurationFollowers.In(host.Services.GetRequiredService<IConfiguration>()).Single();
        using var store = KvStore.OpenShared(new SnapshotKvOptions { Path = _directory.Path }, "test");
        using var debouncer = new Debouncer(() => provider.TimeProvider, static () => { });
        var pending = _clock.PendingTimers;

        debouncer.Signal(TimeSpan.FromSeconds(1));

        _clock.PendingTimers.ShouldBe(pending + 1);
    }

    [Fact]
    public async Task Writer_ConfigurationInsideAnother_FindsItsFollower()
    {
        using var inner = new ConfigurationManager();
        inner.AddSnapshotKv(_directory.Path);
        var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings());
        builder.Configuration.AddConfiguration(inner);
        builder.Services.AddSnapshotKv(options => options.Path = _directory.Path);
        using var host = builder.Build();

        await host.Services.GetRequiredService<ISnapshotKvConfigurationWriter>().SetAsync("a", "1", cancellationToken: Token);

        host.Services.GetRequiredService<IConfiguration>()["a"].ShouldBe("1");
    }

    [Fact]
    public async Task Writer_WithoutAnybodyWhoFollows_SaysSo()
    {
        using var host = TestHost.Create(_directory.Path, _log);

        await host.Services.GetRequiredService<ISnapshotKvConfigurationWriter>().SetAsync("a", "1", cancellationToken: Token);

        _log.Count(SnapshotKvEventIds.ConfigurationNotFollowed).ShouldBe(1);
        host.Services.GetRequiredService<KvStore>().ListSnapshots().Count.ShouldBe(1);
    }

    [Fact]
    public async Task Writer_OfAKeyedStore_WritesThereByItsOwnSettings()
    {
        using var other = new TemporaryDirectory();
        var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings());
        builder.Configuration.AddInMemoryCollection(new Dictionary<string, string?> { ["SnapshotKv:Stores:second:Configuration:Prefix"] = "settings:" });
        builder.Configuration.AddSnapshotKv(source =>
        {
            source.Path = other.Path;
            source.Prefix = "settings:";
        });
        builder.Services.AddKeyedSnapshotKv("second", options => options.Path = other.Path);
        using var host = builder.Build();

        await host.Services.GetRequiredKeyedService<ISnapshotKvConfigurationWriter>("second").SetAsync("a", "1", cancellationToken: Token);

        host.Services.GetRequiredService<IConfiguration>()["a"].ShouldBe("1");
        host.Services.GetRequiredKeyedService<IKvStore>("second").Exists("settings:a").ShouldBeTrue();
        host.Services.GetService<ISnapshotKvConfigurationWriter>().ShouldBeNull();
    }

    [Fact]
    public async Task Writer_SettingsOutOfRange_EndTheStart()
    {
        var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings());
        builder.Services.AddSnapshotKv(options => options.Path = _directory.Path).ConfigureConfiguration(static options =>
        {
            options.Prefix = "";
            options.HistoryLimit = 0;
        });
        using var host = builder.Build();

        var exception = await Should.ThrowAsync<OptionsValidationException>(() => host.StartAsync(Token));

        exception.Failures.Count().ShouldBe(2);
    }

    [Fact]
    public async Task TwoHosts_WritingAtTheSameTime_LoseNothingAndFollowEachOther()
    {
        using var first = await StartAsync();
        using var second = await StartAsync();
        var hosts = new[] { first, second };

        await Task.WhenAll(Enumerable.Range(0, 20).Select(i => Task.Run(
            () => hosts[i % 2].Services.GetRequiredService<ISnapshotKvConfigurationWriter>().SetAsync($"k:{i}", $"{i}", cancellationToken: Token), Token)));

        foreach (var host in hosts)
        {
            await host.Services.GetRequiredService<KvStore>().SaveAsync(Token);
            var configuration = host.Services.GetRequiredService<IConfiguration>();
            await ConfigurationFollowers.In(configuration).Single().CatchUpAsync(host.Services.GetRequiredService<IKvStore>().TryCommit(new KvBatch()).Version, Token);
            configuration.GetSection("k").GetChildren().Count().ShouldBe(20);
        }

        (await first.Services.GetRequiredService<ISnapshotKvConfigurationWriter>().GetAsync(Token)).Revision.ShouldBe(20);
    }

    [Fact]
    public async Task Host_DisposedInAnyOrder_LeavesTheDirectoryToTheOther()
    {
        var first = await StartAsync();
        using var second = await StartAsync();
        await first.StopAsync(Token);
        first.Dispose();

        await second.Services.GetRequiredService<ISnapshotKvConfigurationWriter>().SetAsync("a", "1", cancellationToken: Token);

        second.Services.GetRequiredService<IConfiguration>()["a"].ShouldBe("1");
        second.Dispose();
        TestStore.ReadText(_directory.Path, "config:a").ShouldBe("1");
    }

    private async Task<IHost> StartAsync(Action<SnapshotKvConfigurationSource>? configure = null)
    {
        var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings());
        builder.Logging.SetMinimumLevel(LogLevel.Debug).AddProvider(_log);
        builder.Configuration.AddInMemoryCollection(new Dictionary<string, string?> { ["SnapshotKv:Path"] = _directory.Path });
        builder.Configuration.AddSnapshotKv(source => configure?.Invoke(source));
        builder.Services.AddSingleton<TimeProvider>(_clock);
        builder.Services.AddSnapshotKv();
        builder.Services.Configure<MailOptions>(builder.Configuration.GetSection("Mail"));
        var host = builder.Build();
        await host.StartAsync(Token);
        return host;
    }

    private sealed class MailOptions
    {
        public string? Host { get; set; }

        public int Port { get; set; }
    }

    private sealed class MailOptionsValidator : IValidateOptions<MailOptions>
    {
        public ValidateOptionsResult Validate(string? name, MailOptions options) =>
            options.Port >= 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail("Port must not be negative");
    }
}
