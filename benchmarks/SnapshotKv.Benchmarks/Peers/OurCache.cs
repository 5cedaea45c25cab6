using Microsoft.Extensions.Caching.Distributed;
using Microsoft.Extensions.DependencyInjection;

namespace SnapshotKv.Benchmarks.Peers;

/// <summary>Our <see cref="IDistributedCache"/>, got as an application gets it.</summary>
internal sealed class OurCache : IDisposable
{
    private readonly ServiceProvider _services;

    private OurCache(ServiceProvider services)
    {
        _services = services;
        Cache = services.GetRequiredService<IDistributedCache>();
    }

    public IDistributedCache Cache { get; }

    /// <summary>Saves a snapshot, after which the journal drops what it holds.</summary>
    public void Save() => _services.GetRequiredService<KvStore>().Save();

    /// <summary>Opens one in a directory, or in memory only; at the default level of durability unless another is named.</summary>
    public static OurCache Open(string? path = null, KvDurability durability = KvDurability.Process)
    {
        var services = new ServiceCollection();
        services.AddSnapshotKv(options =>
        {
            options.Path = path;
            options.Durability = durability;
            options.Compression = KvCompression.None;

            // A save in the middle of a case would be charged to whatever ran then; what a save costs is the stalls group's question.
            options.SaveDebounce = Timeout.InfiniteTimeSpan;
            options.MaxJournalBytes = Stores.LargeJournal;
        });
        return new(services.BuildServiceProvider());
    }

    public void Dispose() => _services.Dispose();
}
