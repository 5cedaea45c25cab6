using SnapshotKv.Benchmarks.Data;
using SnapshotKv.Benchmarks.Harness;
using SnapshotKv.Benchmarks.Peers;

namespace SnapshotKv.Benchmarks.Groups;

/// <summary>Overwriting entries.</summary>
internal static class Writes
{
    private const string CdCopy = "CD[k] = copy", Mdc = "MDC.Set", MdcAbsolute = "MDC.Set, absolute";
    private const string Store = "KvStore.SetBytes, in memory", Cache = "our cache.Set", CacheUnjournaled = "our cache.Set, level Snapshot", CacheAbsolute = "our cache.Set, absolute";

    public static BenchmarkGroup Group { get; } = new(
        "writes",
        "Writes",
        "Every write overwrites an entry, zipf 0.99. MDC stores the caller's array as it is; CD and ours copy the bytes in. Our cache has a directory and the default level of "
        + "durability, `Process`: each write is in the journal before it returns, and the journal is flushed to the device once a second beside it. The row of level `Snapshot` is "
        + "the same without a journal. Before each repetition of ours a snapshot is saved, so that the journal goes on in memory and blocks that earlier segments had, as it does in a store at work, and then none until it ends. A repetition of the first table of each size is shorter than the second after which the flush comes, which falls into "
        + "whatever runs then; those of the second table take two seconds, with flushes, and new segments, and whatever the collector does. Nanoseconds are per operation and thread.",
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
        using var cacheUnjournaled = OurCache.Open(directory.File("unjournaled"), KvDurability.Snapshot);
        using var cacheAbsolute = OurCache.Open(directory.File("absolute"));
        Stores.Filled(cache.Cache, entries);
        Stores.Filled(cacheUnjournaled.Cache, entries);
        Stores.Filled(cacheAbsolute.Cache, entries, Lives.Absolute);
        var value = entries.ValueOf(0);
        KeyCase[] cases =
        [
            WriteLoops.Dictionary(CdCopy, map, value),
            WriteLoops.Store(Store, store, value),
            WriteLoops.MemoryCache(Mdc, mdc, value, Lives.Unlimited),
            WriteLoops.OurCache(Cache, cache.Cache, value, Lives.Unlimited) with { Prepare = cache.Save },
            WriteLoops.OurCache(CacheUnjournaled, cacheUnjournaled.Cache, value, Lives.Unlimited) with { Prepare = cacheUnjournaled.Save },
            WriteLoops.MemoryCache(MdcAbsolute, mdcAbsolute, value, Lives.Absolute),
            WriteLoops.OurCache(CacheAbsolute, cacheAbsolute.Cache, value, Lives.Absolute) with { Prepare = cacheAbsolute.Save },
        ];
        var draws = new Draws(entries);
        var comparison = KeyComparison.Short(options);
        var one = comparison.Measure(draws.Streams(Popularity.Zipf, 1), cases);
        var two = comparison.Measure(draws.Streams(Popularity.Zipf, 2), cases);
        report.Add(KeyTables.Compare($"{Cell.Count(size)} entries", Mdc, one, two));
        KeyCase[] lasting = [.. cases.Where(static one => one.Name is Mdc or Cache or CacheUnjournaled)];
        var long1 = KeyComparison.Long(options).Measure(draws.Streams(Popularity.Zipf, 1), lasting);
        var long2 = KeyComparison.Long(options).Measure(draws.Streams(Popularity.Zipf, 2), lasting);
        report.Add(KeyTables.Compare($"{Cell.Count(size)} entries, two seconds on end", Mdc, long1, long2));
        report.Reach($"cache-set/{Cell.Count(size)}", one.Ratio(Cache, Mdc));
        report.Reach($"cache-set-2/{Cell.Count(size)}", two.Ratio(Cache, Mdc));
    }
}
