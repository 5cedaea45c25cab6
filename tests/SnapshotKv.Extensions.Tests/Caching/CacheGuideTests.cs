using Microsoft.Extensions.Caching.Distributed;
using Microsoft.Extensions.DependencyInjection;
using SnapshotKv.Testing;

namespace SnapshotKv.Extensions.Tests.Caching;

/// <summary>The code of docs/guides/distributed-cache.md, run.</summary>
public sealed class CacheGuideTests
{
    [Fact]
    public async Task LookingAtEntries()
    {
        var token = TestContext.Current.CancellationToken;
        var clock = new ManualTimeProvider();
        var services = new ServiceCollection();
        services.AddSingleton<TimeProvider>(clock);
        services.AddSnapshotKv();
        await using var provider = services.BuildServiceProvider();
        var cache = provider.GetRequiredService<IDistributedCache>();
        await cache.SetAsync("product-1", [1], new() { SlidingExpiration = TimeSpan.FromMinutes(2) }, token);
        await cache.SetAsync("price-1", [1], new(), token);
        var store = provider.GetRequiredService<IKvStore>();
        clock.Advance(TimeSpan.FromMinutes(1));

        foreach (var _ in Enumerable.Range(0, 2))
        {
            LivesOf(store).ShouldBe(["cache:price-1 lives for ", "cache:product-1 lives for 00:01:00"]);
        }

        // begin remove
        store.RemoveByPrefix("cache:product-");
        // end remove
        (await cache.GetAsync("product-1", token)).ShouldBeNull();
        (await cache.GetAsync("price-1", token)).ShouldNotBeNull();
    }

    private static List<string> LivesOf(IKvStore store)
    {
        var lives = new List<string>();
        // begin look
        foreach (var key in store.GetKeys("cache:"))
        {
            lives.Add($"{key} lives for {store.GetTimeToLive(key).Remaining}");
        }
        // end look

        return lives;
    }
}
