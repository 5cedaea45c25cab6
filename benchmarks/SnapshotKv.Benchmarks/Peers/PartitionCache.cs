using Microsoft.Extensions.Caching.Distributed;

namespace SnapshotKv.Benchmarks.Peers;

/// <summary>A partition of a store behind <see cref="IDistributedCache"/>.</summary>
internal sealed class PartitionCache(IKvStore partition) : IDistributedCache
{
    public byte[]? Get(string key) => partition.TryGetBytes(key, out var value) ? value : null;

    public Task<byte[]?> GetAsync(string key, CancellationToken token = default) => Task.FromResult(Get(key));

    public void Refresh(string key) => partition.Refresh(key);

    public Task RefreshAsync(string key, CancellationToken token = default)
    {
        Refresh(key);
        return Task.CompletedTask;
    }

    public void Remove(string key) => partition.Remove(key);

    public Task RemoveAsync(string key, CancellationToken token = default)
    {
        Remove(key);
        return Task.CompletedTask;
    }

    public void Set(string key, byte[] value, DistributedCacheEntryOptions options) => partition.SetBytes(key, value.AsSpan(), new()
    {
        AbsoluteExpiration = options.AbsoluteExpiration,
        TimeToLive = options.AbsoluteExpirationRelativeToNow,
        SlidingExpiration = options.SlidingExpiration,
    });

    public Task SetAsync(string key, byte[] value, DistributedCacheEntryOptions options, CancellationToken token = default)
    {
        Set(key, value, options);
        return Task.CompletedTask;
    }
}
