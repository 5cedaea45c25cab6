using Microsoft.Extensions.Caching.Distributed;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using SnapshotKv.Extensions.Caching;
using SnapshotKv.Extensions.Tests.Support;
using SnapshotKv.Testing;

namespace SnapshotKv.Extensions.Tests;

/// <summary>Stores by name, each in its directory.</summary>
public sealed class KeyedStoreTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => _directory.Dispose();

    [Fact]
    public void AddKeyedSnapshotKv_GivesStoreAndCaches_UnderItsNameOnly()
    {
        using var provider = new ServiceCollection()
            .AddKeyedSnapshotKv("a", options => options.Path = In("a")).Services
            .AddKeyedSnapshotKv("b", options => options.Path = In("b")).Services
            .BuildServiceProvider();

        var a = provider.GetRequiredKeyedService<IKvStore>("a");
        a.ShouldBeSameAs(provider.GetRequiredKeyedService<KvStore>("a"));
        a.Set("k", 1);
        provider.GetRequiredKeyedService<IKvStore>("b").Exists("k").ShouldBeFalse();
        var cache = provider.GetRequiredKeyedService<IDistributedCache>("a");
        cache.ShouldBeSameAs(provider.GetRequiredKeyedService<IBufferDistributedCache>("a"));
        cache.Set("c", [1], new DistributedCacheEntryOptions());
        a.Exists("cache:c").ShouldBeTrue();
        provider.GetService<IKvStore>().ShouldBeNull();
        provider.GetService<KvStore>().ShouldBeNull();
        provider.GetService<IDistributedCache>().ShouldBeNull();
        provider.GetService<IBufferDistributedCache>().ShouldBeNull();
    }

    [Fact]
    public void AddKeyedSnapshotKv_BesideTheDefaultStore_LeavesThatOneItsOwn()
    {
        using var provider = new ServiceCollection()
            .AddKeyedSnapshotKv("a", options => options.Path = In("a")).Services
            .AddSnapshotKv(options => options.Path = In("default")).Services
            .BuildServiceProvider();

        provider.GetRequiredService<IKvStore>().Set("k", 1);

        provider.GetRequiredKeyedService<IKvStore>("a").Exists("k").ShouldBeFalse();
        provider.GetServices<IDistributedCache>().ShouldHaveSingleItem();
    }

    [Fact]
    public void AddKeyedSnapshotKv_ReadsTheSectionOfItsName_AndItsCaches()
    {
        var configuration = new ConfigurationBuilder().AddInMemoryCollection(new Dictionary<string, string?>(StringComparer.Ordinal)
        {
            ["SnapshotKv:MaxSnapshots"] = "9",
            ["SnapshotKv:Stores:a:Path"] = In("a"),
            ["SnapshotKv:Stores:a:MaxSnapshots"] = "2",
            ["SnapshotKv:Stores:a:Cache:Prefix"] = "ca:",
            ["SnapshotKv:Stores:other:MaxSnapshots"] = "nonsense",
        }).Build();
        using var provider = new ServiceCollection().AddSingleton<IConfiguration>(configuration)
            .AddKeyedSnapshotKv("a").Services
            .AddSnapshotKv().Services
            .BuildServiceProvider();

        var options = provider.GetRequiredService<IOptionsMonitor<SnapshotKvOptions>>();
        options.Get("a").MaxSnapshots.ShouldBe(2);
        options.Get("a").Path.ShouldBe(In("a"));
        options.Get("").MaxSnapshots.ShouldBe(9);
        options.Get("other").MaxSnapshots.ShouldBe(5, "no store has this name");
        provider.GetRequiredService<IOptionsMonitor<SnapshotKvCacheOptions>>().Get("a").Prefix.ShouldBe("ca:");
        provider.GetRequiredService<IOptionsMonitor<SnapshotKvCacheOptions>>().Get("").Prefix.ShouldBe("cache:");
    }

    [Fact]
    public async Task AddKeyedSnapshotKv_InAHost_OneHostedServiceServesAll_SavesAllAndValidatesAll()
    {
        var clock = new ManualTimeProvider();
        using (var host = CreateHost(services => services
            .AddSingleton<TimeProvider>(clock)
            .AddKeyedSnapshotKv("a", options => options.Path = In("a")).Services
            .AddKeyedSnapshotKv("b", options => options.Path = In("b")).Services))
        {
            host.Services.GetServices<IHostedService>().ShouldHaveSingleItem();
            await host.StartAsync(Token);
            host.Services.GetRequiredKeyedService<IKvStore>("a").Set("k", 1);
            host.Services.GetRequiredKeyedService<IKvStore>("b").Set("k", 2);
            await host.StopAsync(Token);
            Directory.GetFiles(Path.Combine(In("a"), "snapshots")).ShouldNotBeEmpty();
            Directory.GetFiles(Path.Combine(In("b"), "snapshots")).ShouldNotBeEmpty();
        }

        using var wrong = CreateHost(services =>
            services.AddKeyedSnapshotKv("a", options => options.MaxSnapshots = 0));
        (await Should.ThrowAsync<OptionsValidationException>(() => wrong.StartAsync(Token))).OptionsName.ShouldBe("a");
    }

    [Fact]
    public void AddKeyedSnapshotKv_ConfigureCache_IsThatStoresCache()
    {
        var services = new ServiceCollection();
        var builder = services.AddKeyedSnapshotKv("a", options => options.Path = In("a")).ConfigureCache(options => options.Prefix = "mine:");
        builder.Name.ShouldBe("a");
        using var provider = services.BuildServiceProvider();

        provider.GetRequiredKeyedService<IDistributedCache>("a").Set("k", [1], new DistributedCacheEntryOptions());

        provider.GetRequiredKeyedService<IKvStore>("a").GetKeys().ShouldBe(["mine:k"]);
    }

    [Fact]
    public void AddKeyedSnapshotKv_CalledTwice_ComposesAndRegistersOnce()
    {
        using var provider = new ServiceCollection()
            .AddKeyedSnapshotKv("a", options => (options.Path, options.MaxSnapshots) = (In("a"), 2)).Services
            .AddKeyedSnapshotKv("a", options => options.MaxSnapshots *= 10).Services
            .BuildServiceProvider();

        provider.GetKeyedServices<IDistributedCache>("a").ShouldHaveSingleItem();
        provider.GetRequiredService<IOptionsMonitor<SnapshotKvOptions>>().Get("a").MaxSnapshots.ShouldBe(20);
    }

    [Fact]
    public void AddKeyedSnapshotKv_Arguments_AreChecked()
    {
        Should.Throw<ArgumentNullException>(() => ((IServiceCollection)null!).AddKeyedSnapshotKv("a")).ParamName.ShouldBe("services");
        Should.Throw<ArgumentNullException>(() => new ServiceCollection().AddKeyedSnapshotKv(null!)).ParamName.ShouldBe("name");
        Should.Throw<ArgumentException>(() => new ServiceCollection().AddKeyedSnapshotKv("")).ParamName.ShouldBe("name");
        Should.Throw<ArgumentException>(() => new ServiceCollection().AddKeyedSnapshotKv("a:b")).ParamName.ShouldBe("name");
    }

    private static IHost CreateHost(Func<IServiceCollection, object> configure)
    {
        var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings());
        configure(builder.Services);
        return builder.Build();
    }

    private string In(string name) => Path.Combine(_directory.Path, name);
}
