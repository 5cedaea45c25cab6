using Microsoft.Extensions.Caching.Distributed;

namespace SnapshotKv.Benchmarks.Peers;

/// <summary>Our <see cref="IDistributedCache"/>.</summary>
internal sealed class OurCache : IDisposable
{
    private readonly KvStore _store;

    private OurCache(KvStore store)
    {
        _store = store;
        Cache = new PartitionCache(store.GetPartition("cache:"));
    }

    public IDistributedCache Cache { get; }

    /// <summary>Opens one in a directory, or in memory only.</summary>
    public static OurCache Open(string? path = null) => new(KvStore.Open(path, new SnapshotKvOptions
    {
        // A save in the middle of a case would be charged to whatever ran then; what a save costs is the stalls group's question.
        SaveDebounce = Timeout.InfiniteTimeSpan,
        Compression = KvCompression.None,
    }));

    public void Dispose() => _store.Dispose();
}
