using Microsoft.Extensions.Caching.Distributed;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using SnapshotKv.Extensions.Diagnostics;
using SnapshotKv.Extensions.Tests.Support;
using SnapshotKv.Testing;

namespace SnapshotKv.Extensions.Tests;

/// <summary>Configuration and services on one store: by one call, or by two in either order.</summary>
public sealed class SnapshotKvHostApplicationBuilderExtensionsTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();
    private readonly CapturingLogger _log = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => _directory.Dispose();

    [Fact]
    public async Task AddSnapshotKv_OnTheBuilder_GivesConfigurationAndStore_OfOneDirectory()
    {
        Seed("config:Greeting", "hello");
        var builder = NewBuilder();
        builder.Configuration["SnapshotKv:Path"] = _directory.Path;

        builder.AddSnapshotKv().ConfigureCache(options => options.Prefix = "mine:");
        builder.Configuration["Greeting"].ShouldBe("hello");
        using (var host = builder.Build())
        {
            await host.StartAsync(Token);
            host.Services.GetRequiredService<IConfiguration>()["Greeting"].ShouldBe("hello");
            host.Services.GetRequiredService<IKvStore>().Exists("config:Greeting").ShouldBeTrue();
            host.Services.GetRequiredService<IDistributedCache>().Set("k", [1], new DistributedCacheEntryOptions());
            await host.StopAsync(Token);
        }

        TestHost.ReadBack(_directory.Path, "mine:k").ShouldBe([1]);
        _log.Count(EngineEvents.StoreOpened).ShouldBe(1);
    }

    [Fact]
    public void AddSnapshotKv_OnTheBuilder_TheDelegateCountsForBoth()
    {
        var builder = NewBuilder();

        builder.AddSnapshotKv(options => (options.Path, options.MaxSnapshots, options.Format) = (_directory.Path, 2, KvFormat.Json));

        using var host = builder.Build();
        host.Services.GetRequiredService<KvStore>().Format.ShouldBe(KvFormat.Json);
        host.Services.GetRequiredService<IOptions<SnapshotKvOptions>>().Value.MaxSnapshots.ShouldBe(2);
    }

    [Fact]
    public void AddSnapshotKv_OnTheBuilder_WithoutAPath_IsRefusedNamingTheRemedies()
    {
        var error = Should.Throw<InvalidOperationException>(() => NewBuilder().AddSnapshotKv());

        error.Message.ShouldContain("SnapshotKv:Path");
        error.Message.ShouldContain("AddSnapshotKv(path)");
        Should.Throw<ArgumentNullException>(() => ((IHostApplicationBuilder)null!).AddSnapshotKv()).ParamName.ShouldBe("builder");
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Rule3_4_09_ConfigurationAndServices_ShareTheStore_WhicheverIsAddedFirst(bool configurationFirst)
    {
        Seed("config:Greeting", "hello");
        var builder = NewBuilder();
        if (configurationFirst)
        {
            builder.Configuration.AddSnapshotKv(_directory.Path);
        }

        builder.Services.AddSnapshotKv(options => options.Path = Path.Combine(_directory.Path, "."));
        if (!configurationFirst)
        {
            builder.Configuration.AddSnapshotKv(_directory.Path);
        }

        using var host = builder.Build();
        host.Services.GetRequiredService<IKvStore>().Set("k", 1);

        host.Services.GetRequiredService<IConfiguration>()["Greeting"].ShouldBe("hello");
    }

    [Fact]
    public void Services_WithoutAPath_TakeTheDirectoryThatTheConfigurationHas_NeverASecondStoreInMemory()
    {
        var builder = NewBuilder();
        builder.Configuration.AddSnapshotKv(_directory.Path);
        builder.Services.AddSnapshotKv();
        using var host = builder.Build();

        host.Services.GetRequiredService<KvStore>().IsMemoryOnly.ShouldBeFalse();

        _log.Entries.ShouldNotContain(entry => entry.Id.Id == SnapshotKvEventIds.MemoryOnly);
    }

    [Fact]
    public void ARelativePath_LiesUnderTheContentRoot_InBothEntryPoints()
    {
        var builder = NewBuilder(_directory.Path);
        builder.Configuration["SnapshotKv:Path"] = "data";

        builder.Configuration.AddSnapshotKv();
        Directory.Exists(Path.Combine(_directory.Path, "data")).ShouldBeTrue();
        builder.Services.AddSnapshotKv();
        using var host = builder.Build();

        Path.GetFileName(host.Services.GetRequiredService<KvStore>().DirectoryPath).ShouldBe("data");
        Directory.GetDirectories(_directory.Path).Length.ShouldBe(1);
    }

    [Fact]
    public async Task TheContainersClockAndLog_CountForAStoreThatTheConfigurationOpened_AndNothingThatWasLoggedBeforeIsLost()
    {
        var clock = new ManualTimeProvider();
        var builder = NewBuilder();
        builder.Services.AddSingleton<TimeProvider>(clock);
        builder.AddSnapshotKv(options => options.Path = _directory.Path);
        using var host = builder.Build();
        await host.StartAsync(Token);

        _log.Count(EngineEvents.StoreOpened).ShouldBe(1);
        var store = host.Services.GetRequiredService<IKvStore>();
        store.Set("k", 1, TimeSpan.FromSeconds(30));
        clock.Advance(TimeSpan.FromSeconds(10));
        await _log.WaitForAsync(EngineEvents.SnapshotSaved);
        clock.Advance(TimeSpan.FromSeconds(20));
        store.Exists("k").ShouldBeFalse();
        await host.StopAsync(Token);
    }

    [Fact]
    public void TheConfigurationsStore_WithSettingsThatTheServicesContradict_IsRefusedNamingBoth()
    {
        var builder = NewBuilder();
        builder.Configuration.AddSnapshotKv(source => source.ConfigureStore = options => (options.Path, options.MaxSnapshots) = (_directory.Path, 3));
        builder.Services.AddSnapshotKv(options => (options.Path, options.MaxSnapshots) = (_directory.Path, 4));
        using var host = builder.Build();

        var error = Should.Throw<KvStoreSettingsException>(() => host.Services.GetRequiredService<KvStore>());

        error.Message.ShouldContain("configuration");
        error.Message.ShouldContain("MaxSnapshots = 3");
        error.Message.ShouldContain("services.AddSnapshotKv()");
        error.Message.ShouldContain("MaxSnapshots = 4");
    }

    [Fact]
    public async Task ChangedSettings_CountAtOnce_AlsoWhereTheConfigurationComesFromTheSameStore()
    {
        var clock = new ManualTimeProvider();
        var builder = NewBuilder();
        builder.Configuration["SnapshotKv:Path"] = _directory.Path;
        builder.Configuration["SnapshotKv:SaveDebounce"] = "00:00:05";
        builder.Services.AddSingleton<TimeProvider>(clock);
        builder.AddSnapshotKv();
        using var host = builder.Build();
        await host.StartAsync(Token);
        host.Services.GetRequiredService<IKvStore>().Set("k", 1);

        var configuration = (IConfigurationRoot)host.Services.GetRequiredService<IConfiguration>();
        configuration["SnapshotKv:SaveDebounce"] = "00:00:01";
        configuration.Reload();
        clock.Advance(TimeSpan.FromSeconds(1));

        await _log.WaitForAsync(EngineEvents.SnapshotSaved);
        _log.Count(SnapshotKvEventIds.SettingsRefused).ShouldBe(0);
        await host.StopAsync(Token);
    }

    [Fact]
    public void TheServicesDelegate_AndALaterSource_GoBeforeTheSection_WhoeverOpenedTheStore()
    {
        var builder = NewBuilder();
        builder.Configuration["SnapshotKv:Path"] = _directory.Path;
        builder.Configuration["SnapshotKv:SaveDebounce"] = "00:00:05";
        builder.Configuration["SnapshotKv:MaxSnapshots"] = "2";
        builder.Configuration.AddSnapshotKv();
        builder.Configuration.AddInMemoryCollection([new("SnapshotKv:MaxSnapshots", "3")]);
        builder.Services.AddSnapshotKv(options => options.SaveDebounce = TimeSpan.FromSeconds(1));
        using var host = builder.Build();

        host.Services.GetRequiredService<KvStore>().Set("k", 1);

        host.Services.GetRequiredService<IOptions<SnapshotKvOptions>>().Value.MaxSnapshots.ShouldBe(3);
    }

    [Fact]
    public void AddSnapshotKv_OnTheBuilder_Twice_AddsOneSource()
    {
        var builder = NewBuilder();
        builder.AddSnapshotKv(options => options.Path = _directory.Path);
        builder.AddSnapshotKv(options => options.MaxSnapshots = 2);

        ((IConfigurationBuilder)builder.Configuration).Sources.OfType<Extensions.Configuration.SnapshotKvConfigurationSource>().ShouldHaveSingleItem();
        using var host = builder.Build();
        host.Services.GetRequiredService<KvStore>().IsMemoryOnly.ShouldBeFalse();
    }

    [Fact]
    public void AddSnapshotKv_OnTheBuilder_TheSourceCanBeSetUp()
    {
        Seed("config:Greeting", "hello");
        var builder = NewBuilder();

        Should.Throw<Extensions.Configuration.SnapshotKvConfigurationRefusedException>(() =>
            builder.AddSnapshotKv(options => options.Path = _directory.Path, source => source.Validate(_ => ["no"])));
    }

    [Theory]
    [InlineData("")]
    [InlineData("  ")]
    public void AnEmptyPath_IsRefused_AndNothingIsOpenedInTheContentRoot(string path)
    {
        var builder = NewBuilder(_directory.Path);
        builder.Configuration["SnapshotKv:Path"] = path;

        Should.Throw<OptionsValidationException>(() => builder.Configuration.AddSnapshotKv()).Message.ShouldContain("Path");
        Should.Throw<OptionsValidationException>(() => NewBuilder(_directory.Path).Configuration.AddSnapshotKv(source => (source.Path, source.Optional) = (path, true)));

        Directory.GetFileSystemEntries(_directory.Path).ShouldBeEmpty();
    }

    [Fact]
    public void SettingsThatCannotBeRead_AreAllNamed_OfStoreAndConfiguration()
    {
        var builder = NewBuilder();
        builder.Configuration["SnapshotKv:SaveDebounce"] = "soon";
        builder.Configuration["SnapshotKv:Configuration:ReloadOn"] = "Sundays";

        Should.Throw<OptionsValidationException>(() => builder.Configuration.AddSnapshotKv()).Failures.Count().ShouldBe(2);

        var second = NewBuilder();
        second.Configuration["SnapshotKv:Path"] = _directory.Path;
        second.Configuration["SnapshotKv:MaxSnapshots"] = "0";
        second.Configuration["SnapshotKv:Configuration:Prefix"] = "snapshotkv:";
        Should.Throw<OptionsValidationException>(() => second.Configuration.AddSnapshotKv()).Failures.Count().ShouldBe(2);
    }

    [Fact]
    public void AddKeyedSnapshotKv_OnTheConfiguration_TakesTheStoresOwnSection()
    {
        Seed("settings:Greeting", "hello");
        var builder = NewBuilder();
        builder.Configuration["SnapshotKv:MaxSnapshots"] = "3";
        builder.Configuration["SnapshotKv:Stores:orders:Path"] = _directory.Path;
        builder.Configuration["SnapshotKv:Stores:orders:MaxSnapshots"] = "10";
        builder.Configuration["SnapshotKv:Stores:orders:Configuration:Prefix"] = "settings:";

        builder.Configuration.AddKeyedSnapshotKv("orders");
        builder.Services.AddKeyedSnapshotKv("orders");
        using var host = builder.Build();

        builder.Configuration["Greeting"].ShouldBe("hello");
        host.Services.GetRequiredKeyedService<KvStore>("orders").Exists("settings:Greeting").ShouldBeTrue();
        Should.Throw<ArgumentException>(() => builder.Configuration.AddKeyedSnapshotKv("")).ParamName.ShouldBe("name");
    }

    [Fact]
    public async Task Writer_WhenTheConfigurationsOwnStoreWasClosedTooEarly_SaysSoInsteadOfWaitingForEver()
    {
        var builder = NewBuilder();
        using (var early = KvStore.OpenShared(new SnapshotKvOptions { Path = _directory.Path }, "early"))
        {
            builder.Configuration.AddSnapshotKv(source => source.Store = early);
            builder.Services.AddSnapshotKv(options => options.Path = _directory.Path);
        }

        using var host = builder.Build();
        var writing = host.Services.GetRequiredService<Extensions.Configuration.ISnapshotKvConfigurationWriter>().ApplyAsync(new Extensions.Configuration.SnapshotKvConfigurationChange().Set("k", "v"), Token);

        SpinWait.SpinUntil(() => writing.IsCompleted, TimeSpan.FromMinutes(1)).ShouldBeTrue();
        (await Should.ThrowAsync<Extensions.Configuration.SnapshotKvConfigurationRefusedException>(() => writing)).Message.ShouldContain("closed before its time");
    }

    private void Seed(string key, string value)
    {
        using var store = KvStore.Open(_directory.Path);
        store.Set(key, value);
    }

    private HostApplicationBuilder NewBuilder(string? contentRoot = null)
    {
        var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings { ContentRootPath = contentRoot });
        builder.Logging.SetMinimumLevel(LogLevel.Debug);
        builder.Logging.AddProvider(_log);
        return builder;
    }
}
