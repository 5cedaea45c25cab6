using SnapshotKv.Benchmarks.Data;
using SnapshotKv.Benchmarks.Harness;
using SnapshotKv.Benchmarks.Peers;

namespace SnapshotKv.Benchmarks.Groups;

/// <summary>Point reads of keys that are there.</summary>
internal static class Reads
{
    private const string Cd = "CD.TryGetValue", CdCopy = "CD + copy", Mdc = "MDC.Get", MdcAbsolute = "MDC.Get, absolute", MdcSliding = "MDC.Get, sliding";
    private const string InPlace = "KvStore.TryGetSpan", Span = "KvStore.TryRead(span)", Writer = "KvStore.TryRead(writer)";
    private const string Cache = "our cache.Get", CacheAbsolute = "our cache.Get, absolute", CacheSliding = "our cache.Get, sliding";

    public static BenchmarkGroup Group { get; } = new(
        "reads",
        "Point reads",
        "Every lookup hits, with another string instance than the stored key, and touches the value. CD and MDC hand out their own array, which the caller could "
        + "corrupt; `TryRead` copies into the caller's buffer; our cache hands out a copy. Nanoseconds are per operation and thread.",
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
        var mdcSliding = Stores.Filled(Stores.NewMemoryCache(), entries, Lives.Sliding);
        using var store = Stores.NewStore(entries);
        using var cache = OurCache.Open();
        using var cacheAbsolute = OurCache.Open();
        using var cacheSliding = OurCache.Open();
        Stores.Filled(cache.Cache, entries);
        Stores.Filled(cacheAbsolute.Cache, entries, Lives.Absolute);
        Stores.Filled(cacheSliding.Cache, entries, Lives.Sliding);
        KeyCase[] cases =
        [
            ReadLoops.Dictionary(Cd, map),
            ReadLoops.DictionaryCopied(CdCopy, map),
            ReadLoops.InPlace(InPlace, store),
            ReadLoops.IntoSpan(Span, store, EntrySet.ValueLength),
            ReadLoops.IntoWriter(Writer, store, EntrySet.ValueLength),
            ReadLoops.MemoryCache(Mdc, mdc),
            ReadLoops.OurCache(Cache, cache.Cache),
            ReadLoops.MemoryCache(MdcAbsolute, mdcAbsolute),
            ReadLoops.OurCache(CacheAbsolute, cacheAbsolute.Cache),
            ReadLoops.MemoryCache(MdcSliding, mdcSliding),
            ReadLoops.OurCache(CacheSliding, cacheSliding.Cache),
        ];

        var draws = new Draws(entries);
        var comparison = KeyComparison.Short(options);
        foreach (var popularity in Enum.GetValues<Popularity>())
        {
            var one = comparison.Measure(draws.Streams(popularity, 1), cases);
            var two = comparison.Measure(draws.Streams(popularity, 2), cases);
            report.Add(KeyTables.Compare($"{Cell.Count(size)} entries, {Named(popularity)}", Cd, one, two));
            report.Add(CacheRatios($"{Cell.Count(size)} entries, {Named(popularity)}: caches", one, two));
            if (popularity == Popularity.Zipf)
            {
                Reach(report, Cell.Count(size), one, two);
            }
        }
    }

    /// <summary>The caches against each other, which is what the goals compare.</summary>
    private static Table CacheRatios(string title, IReadOnlyList<KeyMeasurement> one, IReadOnlyList<KeyMeasurement> two)
    {
        var table = new Table(title, "", "1 thread", "2 threads");
        foreach (var (ours, theirs) in new[] { (Cache, Mdc), (CacheAbsolute, MdcAbsolute), (CacheSliding, MdcSliding) })
        {
            table.Add($"{ours} to {theirs}", Cell.Ratio(one.Ratio(ours, theirs)), Cell.Ratio(two.Ratio(ours, theirs)));
        }

        return table;
    }

    private static void Reach(Report report, string size, IReadOnlyList<KeyMeasurement> one, IReadOnlyList<KeyMeasurement> two)
    {
        report.Reach($"zero-copy/{size}", one.Ratio(InPlace, Cd));
        report.Reach($"copied/{size}", one.Ratio(Span, Cd));
        report.Reach("zero-copy/bytes", Math.Round(Math.Max(one.Named(InPlace).AllocatedBytes, Math.Max(one.Named(Span).AllocatedBytes, one.Named(Writer).AllocatedBytes))));
        report.Reach($"cache-get/{size}", one.Ratio(Cache, Mdc));
        report.Reach($"cache-get-absolute/{size}", one.Ratio(CacheAbsolute, MdcAbsolute));
        report.Reach($"cache-get-sliding/{size}", one.Ratio(CacheSliding, MdcSliding));
        report.Reach($"scaling/{size}", KeyTables.Speedup(one.Named(InPlace), two.Named(InPlace)));
    }

    private static string Named(Popularity popularity) => popularity == Popularity.Zipf ? "zipf 0.99" : "uniform";
}
