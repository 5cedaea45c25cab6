using Microsoft.Extensions.Caching.Distributed;
using Microsoft.Extensions.DependencyInjection;
using SnapshotKv.Extensions.Tests.Support;
using SnapshotKv.Testing;

namespace SnapshotKv.Extensions.Tests.Caching;

/// <summary>What an entry of the cache survives once the call that set it has returned, or its task has completed: what the store's level says.</summary>
public sealed class CacheDurabilityTests : IDisposable
{
    private static readonly DistributedCacheEntryOptions NoExpiry = new();

    private readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Theory]
    [InlineData(KvDurability.Snapshot, false, 2)]
    [InlineData(KvDurability.Process, true, 2)]
    [InlineData(KvDurability.Disk, true, 0)]
    public async Task Set_InBothForms_IsAsSafeAsTheStoresLevelSays(KvDurability level, bool isInTheJournal, long unflushed)
    {
        var services = new ServiceCollection();

        // It stands still: neither a timed flush nor a timed save comes between.
        services.AddSingleton<TimeProvider>(new ManualTimeProvider());
        services.AddSnapshotKv(options => (options.Path, options.Durability) = (_directory.Path, level));
        await using var provider = services.BuildServiceProvider();
        var cache = provider.GetRequiredService<IDistributedCache>();

        cache.Set("sync", [1], NoExpiry);
        await cache.SetAsync("async", [1], NoExpiry, TestContext.Current.CancellationToken);

        var statistics = provider.GetRequiredService<KvStore>().GetStatistics();
        statistics.UnflushedCommits.ShouldBe(unflushed);
        (statistics.JournalUsedBytes > 0).ShouldBe(isInTheJournal);
        statistics.LastSnapshot.ShouldBeNull();
    }
}
