using Microsoft.Extensions.Caching.Distributed;

namespace SnapshotKv.Benchmarks.Peers;

/// <summary>Our cache as it would be without metrics: the same lookup in the same partition, and nothing else.</summary>
internal sealed class UnmeasuredCache(IKvStore store) : IDistributedCache
{
    private readonly IKvStore _entries = store.GetPartition("cache:");

    public byte[]? Get(string key)
    {
        ArgumentNullException.ThrowIfNull(key);
        return _entries.TryGetBytes(key, out var value) ? value : null;
    }

    public void Set(string key, byte[] value, DistributedCacheEntryOptions options) => _entries.SetBytes(key, value.AsSpan());

    public Task<byte[]?> GetAsync(string key, CancellationToken token = default) => throw new NotSupportedException();

    public Task SetAsync(string key, byte[] value, DistributedCacheEntryOptions options, CancellationToken token = default) => throw new NotSupportedException();

    public void Refresh(string key) => throw new NotSupportedException();

    public Task RefreshAsync(string key, CancellationToken token = default) => throw new NotSupportedException();

    public void Remove(string key) => throw new NotSupportedException();

    public Task RemoveAsync(string key, CancellationToken token = default) => throw new NotSupportedException();
}
