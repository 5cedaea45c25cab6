using System.Collections.Concurrent;
using Microsoft.Extensions.Caching.Distributed;
using Microsoft.Extensions.Caching.Memory;
using SnapshotKv.Benchmarks.Data;

namespace SnapshotKv.Benchmarks.Peers;

/// <summary>Makes and fills the stores that are compared. Each gets its own arrays.</summary>
internal static class Stores
{
    /// <summary>So large that no save is forced during a measurement.</summary>
    public const long LargeJournal = 16L << 30;

    public static ConcurrentDictionary<string, byte[]> NewDictionary(EntrySet entries)
    {
        var map = new ConcurrentDictionary<string, byte[]>(StringComparer.Ordinal);
        for (var i = 0; i < entries.Count; i++)
        {
            map[entries.Keys[i]] = entries.ValueOf(i);
        }

        return map;
    }

    /// <summary>A MemoryDistributedCache with its own defaults, whose 200 MB hold a million values of 100 bytes.</summary>
    public static IDistributedCache NewMemoryCache() =>
        new MemoryDistributedCache(Microsoft.Extensions.Options.Options.Create(new MemoryDistributedCacheOptions()));

    public static IDistributedCache Filled(IDistributedCache cache, EntrySet entries, DistributedCacheEntryOptions? life = null)
    {
        life ??= new();
        for (var i = 0; i < entries.Count; i++)
        {
            cache.Set(entries.Keys[i], entries.ValueOf(i), life);
        }

        return cache;
    }

    public static KvStore NewStore(EntrySet entries)
    {
        var store = KvStore.Open(new SnapshotKvOptions());
        Fill(store, entries);
        return store;
    }

    /// <summary>A store in a directory that saves when it is asked to, and only then; at the default level of durability unless another is named.</summary>
    public static KvStore OpenQuiet(string path, KvCompression compression, KvDurability durability = KvDurability.Process) => KvStore.Open(path, new SnapshotKvOptions
    {
        Durability = durability,
        MaxJournalBytes = LargeJournal,
        SaveDebounce = Timeout.InfiniteTimeSpan,
        TtlCleanupInterval = Timeout.InfiniteTimeSpan,
        Compression = compression,
    });

    public static void Fill(IKvStore store, EntrySet entries)
    {
        for (var i = 0; i < entries.Count; i++)
        {
            store.SetBytes(entries.Keys[i], entries.ValueOf(i).AsSpan());
        }
    }
}
