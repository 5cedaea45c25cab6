using System.Collections.Concurrent;
using Microsoft.Extensions.Caching.Distributed;
using SnapshotKv.Benchmarks.Data;
using SnapshotKv.Benchmarks.Harness;
using SnapshotKv.Benchmarks.Peers;

namespace SnapshotKv.Benchmarks.Groups;

/// <summary>Overwriting entries.</summary>
internal static class Writes
{
    private const string CdCopy = "CD[k] = copy", Mdc = "MDC.Set", MdcAbsolute = "MDC.Set, absolute";
    private const string Store = "KvStore.SetBytes", Cache = "our cache.Set", CacheAbsolute = "our cache.Set, absolute";

    public static BenchmarkGroup Group { get; } = new(
        "writes",
        "Writes",
        "Every write overwrites an entry, zipf 0.99. MDC stores the caller's array as it is; CD and ours copy the bytes in. Ours has a directory, so a write also "
        + "sees to it that a save comes (none comes during the measurement); a journal it has not yet. Nanoseconds are per operation and thread.",
        static (options, report) =>
        {
            foreach (var size in options.Sizes)
            {
                Run(options, report, size);
            }
        });

    private static void Run(RunOptions options, Report report, int size)
    {
        var entries = new EntrySet(size);
        var map = Stores.NewDictionary(entries);
        var mdc = Stores.Filled(Stores.NewMemoryCache(), entries);
        var mdcAbsolute = Stores.Filled(Stores.NewMemoryCache(), entries, Lives.Absolute);
        using var directory = new ScratchDirectory();
        using var store = Stores.NewStore(entries);
        using var cache = OurCache.Open(directory.File("cache"));
        using var cacheAbsolute = OurCache.Open(directory.File("absolute"));
        Stores.Filled(cache.Cache, entries);
        Stores.Filled(cacheAbsolute.Cache, entries, Lives.Absolute);
        var value = entries.ValueOf(0);
        KeyCase[] cases =
        [
            Dictionary(CdCopy, map, value),
            StoreBytes(Store, store, value),
            MemoryCache(Mdc, mdc, value, Lives.Unlimited),
            OurCacheSet(Cache, cache.Cache, value, Lives.Unlimited),
            MemoryCache(MdcAbsolute, mdcAbsolute, value, Lives.Absolute),
            OurCacheSet(CacheAbsolute, cacheAbsolute.Cache, value, Lives.Absolute),
        ];
        var draws = new Draws(entries);
        var comparison = new KeyComparison(options);
        var one = comparison.Measure(draws.Streams(Popularity.Zipf, 1), cases);
        var two = comparison.Measure(draws.Streams(Popularity.Zipf, 2), cases);
        report.Add(KeyTables.Compare($"{Cell.Count(size)} entries", Mdc, one, two));
        report.Reach($"cache-set/{Cell.Count(size)}", one.Ratio(Cache, Mdc));
        report.Reach($"cache-set-2/{Cell.Count(size)}", two.Ratio(Cache, Mdc));
    }

    private static KeyCase Dictionary(string name, ConcurrentDictionary<string, byte[]> map, byte[] value) => new(name, keys =>
    {
        foreach (var key in keys)
        {
            map[key] = value.AsSpan().ToArray();
        }

        return 0;
    });

    private static KeyCase StoreBytes(string name, KvStore store, byte[] value) => new(name, keys =>
    {
        foreach (var key in keys)
        {
            store.SetBytes(key, value.AsSpan());
        }

        return 0;
    });

    private static KeyCase MemoryCache(string name, IDistributedCache cache, byte[] value, DistributedCacheEntryOptions life) => new(name, keys =>
    {
        foreach (var key in keys)
        {
            cache.Set(key, value, life);
        }

        return 0;
    });

    // The same again, for the reason that ReadLoops gives.
    private static KeyCase OurCacheSet(string name, IDistributedCache cache, byte[] value, DistributedCacheEntryOptions life) => new(name, keys =>
    {
        foreach (var key in keys)
        {
            cache.Set(key, value, life);
        }

        return 0;
    });
}
