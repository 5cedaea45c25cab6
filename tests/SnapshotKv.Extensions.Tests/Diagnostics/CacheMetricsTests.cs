using System.Buffers;
using System.Diagnostics.Metrics;
using Microsoft.Extensions.Caching.Distributed;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using SnapshotKv.Extensions.Diagnostics;
using SnapshotKv.Extensions.Tests.Support;
using SnapshotKv.Tests.Diagnostics;

namespace SnapshotKv.Extensions.Tests.Diagnostics;

/// <summary>What the cache reports through a meter, by the rules of docs/contracts.md, sections 3.2 (rule 5) and 3.11.</summary>
public sealed class CacheMetricsTests
{
    private static readonly DistributedCacheEntryOptions NoExpiry = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Rule3_11_02_TheMeter_ComesFromTheHostsFactory_ForStoreAndCacheAlike()
    {
        using var host = TestHost.Create(path: null);
        var factory = host.Services.GetRequiredService<IMeterFactory>();
        using var collector = new MeasurementCollector(factory);
        await host.StartAsync(Token);
        Cache(host.Services).Get("none");

        collector.Instruments.Select(instrument => instrument.Meter).Distinct().ShouldHaveSingleItem().Name.ShouldBe(SnapshotKvDiagnostics.MeterName);
        collector.Instruments.Select(instrument => instrument.Name).ShouldBeUnique();
        collector.Ask(SnapshotKvDiagnostics.Entries).ShouldHaveSingleItem();
        collector.Of(SnapshotKvDiagnostics.CacheRequests).ShouldHaveSingleItem();
        await host.StopAsync(Token);
    }

    [Fact]
    public async Task Rule3_11_04_Requests_AreCountedUnderTheRuntimesNames_InEveryForm()
    {
        using var host = TestHost.Create(path: null, configure: options => options.Name = "shop");
        using var collector = new MeasurementCollector(host.Services.GetRequiredService<IMeterFactory>());
        var cache = Cache(host.Services);
        var destination = new ArrayBufferWriter<byte>();
        await cache.SetAsync("k", [1], NoExpiry, Token);
        await cache.SetAsync("empty", [], NoExpiry, Token);

        foreach (var (key, type) in new[] { ("k", "hit"), ("empty", "hit"), ("none", "miss") })
        {
            var before = collector.All.Count;
            cache.Get(key);
            await cache.GetAsync(key, Token);
            cache.TryGet(key, destination);
            await cache.TryGetAsync(key, destination, Token);

            var counted = collector.All.Skip(before).ToList();
            counted.Count.ShouldBe(4, key);
            counted.ShouldAllBe(measurement => measurement.Value == 1 && measurement.TagLine == $"dotnet.cache.name=shop dotnet.cache.request.type={type}");
        }

        var instrument = collector.Of("dotnet.cache.requests")[0].Instrument;
        instrument.ShouldBeOfType<Counter<long>>();
        instrument.Unit.ShouldBe("{request}");
    }

    [Fact]
    public async Task Rule3_11_04_WhatIsNoLookup_IsNoRequest()
    {
        using var host = TestHost.Create(path: null);
        using var collector = new MeasurementCollector(host.Services.GetRequiredService<IMeterFactory>());
        var cache = Cache(host.Services);

        cache.Set("k", [1], NoExpiry);
        cache.Refresh("k");
        cache.Remove("k");
        await Should.ThrowAsync<OperationCanceledException>(() => cache.GetAsync("k", new CancellationToken(canceled: true)));
        Should.Throw<ArgumentNullException>(() => cache.Get(null!));

        collector.Of(SnapshotKvDiagnostics.CacheRequests).ShouldBeEmpty();
    }

    [Fact]
    public void Rule3_11_04_Entries_AreCountedWhereTheOptionsAskForIt_AndOnlyTheCachesOwn()
    {
        using var host = TestHost.Create(path: null, after: services => services.AddSnapshotKv().ConfigureCache(options => options.CountEntries = true));
        using var collector = new MeasurementCollector(host.Services.GetRequiredService<IMeterFactory>());
        Cache(host.Services).Set("k", [1], NoExpiry);
        host.Services.GetRequiredService<IKvStore>().Set("not the cache's", 1);

        var entries = collector.Ask("dotnet.cache.entries").ShouldHaveSingleItem();
        entries.Value.ShouldBe(1);
        entries.TagLine.ShouldBe("dotnet.cache.name=default");
        entries.Instrument.Unit.ShouldBe("{entry}");
        collector.Ask(SnapshotKvDiagnostics.Entries).ShouldHaveSingleItem().Value.ShouldBe(2);
    }

    [Fact]
    public void Entries_ByDefault_AreNotCounted()
    {
        using var host = TestHost.Create(path: null);
        using var collector = new MeasurementCollector(host.Services.GetRequiredService<IMeterFactory>());
        Cache(host.Services).Set("k", [1], NoExpiry);

        collector.Ask(SnapshotKvDiagnostics.CacheEntries).ShouldBeEmpty();
    }

    [Fact]
    public void Entries_ClosedStore_AreNotReported_AndOthersStillAre()
    {
        using var host = TestHost.Create(path: null, after: services => services.AddSnapshotKv().ConfigureCache(options => options.CountEntries = true));
        using var collector = new MeasurementCollector(host.Services.GetRequiredService<IMeterFactory>());
        Cache(host.Services);
        host.Services.GetRequiredService<KvStore>().Dispose();

        collector.Ask(SnapshotKvDiagnostics.CacheEntries).ShouldBeEmpty();
    }

    [Fact]
    public void Rule3_2_05_TheCacheThatIsMeasured_IsStillTheRegisteredInstance()
    {
        using var host = TestHost.Create(path: null);
        using var collector = new MeasurementCollector(host.Services.GetRequiredService<IMeterFactory>());

        var cache = host.Services.GetRequiredService<IDistributedCache>();

        cache.ShouldBeAssignableTo<IBufferDistributedCache>();
        cache.ShouldBeSameAs(host.Services.GetRequiredService<IBufferDistributedCache>());
    }

    [Fact]
    public void Requests_NobodyListens_AreNotEvenCounted()
    {
        using var provider = new ServiceCollection().AddMetrics().AddSnapshotKv().Services.BuildServiceProvider();
        Cache(provider).Get("none");

        provider.GetRequiredService<CacheMeter>().Requests.Enabled.ShouldBeFalse();
    }

    [Fact]
    public void NoMeterFactory_TheCacheHasAMeterOfItsOwn_WhichEndsWithTheContainer()
    {
        var name = Guid.NewGuid().ToString("n");
        using var collector = new MeasurementCollector(static meter => meter.Name == SnapshotKvDiagnostics.MeterName && meter.Scope is null);
        CacheMeter meter;
        using (var provider = new ServiceCollection().AddSnapshotKv(options => options.Name = name).Services.BuildServiceProvider())
        {
            Cache(provider).Get("none");
            meter = provider.GetRequiredService<CacheMeter>();
            meter.Requests.Enabled.ShouldBeTrue();
        }

        collector.Of(SnapshotKvDiagnostics.CacheRequests).Where(measurement => Equals(measurement.Tags[SnapshotKvDiagnostics.CacheNameTag], name)).ShouldHaveSingleItem();
        meter.Requests.Enabled.ShouldBeFalse();
    }

    [Fact]
    public void Name_InTheSection_IsWhatStoreAndCacheAreCalled()
    {
        var configuration = new ConfigurationBuilder().AddInMemoryCollection(new Dictionary<string, string?> { ["SnapshotKv:Name"] = "from the section" }).Build();
        using var host = TestHost.Create(path: null, after: services => services.AddSingleton<IConfiguration>(configuration));
        using var collector = new MeasurementCollector(host.Services.GetRequiredService<IMeterFactory>());
        Cache(host.Services).Get("none");

        collector.Of(SnapshotKvDiagnostics.CacheRequests).ShouldHaveSingleItem().Tags[SnapshotKvDiagnostics.CacheNameTag].ShouldBe("from the section");
        collector.Ask(SnapshotKvDiagnostics.Entries).ShouldHaveSingleItem().Tags[SnapshotKvDiagnostics.StoreTag].ShouldBe("from the section");
    }

    [Fact]
    public void Name_OfAKeyedStore_IsItsKeyUnlessTheSettingsSayOtherwise()
    {
        using var host = TestHost.Create(path: null, after: services =>
        {
            services.AddKeyedSnapshotKv("carts");
            services.AddKeyedSnapshotKv("baskets", options => options.Name = "renamed");
        });
        using var collector = new MeasurementCollector(host.Services.GetRequiredService<IMeterFactory>());
        Cache(host.Services).Get("none");
        host.Services.GetRequiredKeyedService<IDistributedCache>("carts").Get("none");
        host.Services.GetRequiredKeyedService<IDistributedCache>("baskets").Get("none");

        collector.Of(SnapshotKvDiagnostics.CacheRequests).Select(measurement => measurement.Tags[SnapshotKvDiagnostics.CacheNameTag]).ShouldBe(["default", "carts", "renamed"]);
        collector.Ask(SnapshotKvDiagnostics.Entries).Select(measurement => measurement.Tags[SnapshotKvDiagnostics.StoreTag]).ShouldBe(["default", "carts", "renamed"]);
        collector.Instruments.Select(instrument => instrument.Name).ShouldBeUnique();
    }

    private static IBufferDistributedCache Cache(IServiceProvider services) => services.GetRequiredService<IBufferDistributedCache>();
}
