using SnapshotKv.Benchmarks.Data;
using SnapshotKv.Benchmarks.Harness;
using SnapshotKv.Benchmarks.Peers;

namespace SnapshotKv.Benchmarks.Groups;

/// <summary>Reads of values that are large enough for copying to matter.</summary>
internal static class LargeValues
{
    private const int ValueLength = 4096, Count = 10_000;
    private const string CdCopy = "CD + copy", Span = "KvStore.TryRead(span)";

    public static BenchmarkGroup Group { get; } = new(
        "large",
        "Reads of 4 KiB",
        "Ten thousand entries of 4 KiB, zipf 0.99. An array of one's own costs its allocation and collection; the caller's buffer only the copying.",
        static (options, report) =>
        {
            var entries = new EntrySet(Count, ValueLength);
            var map = Stores.NewDictionary(entries);
            var mdc = Stores.Filled(Stores.NewMemoryCache(), entries);
            using var store = Stores.NewStore(entries);
            using var cache = OurCache.Open();
            Stores.Filled(cache.Cache, entries);
            KeyCase[] cases =
            [
                ReadLoops.DictionaryCopied(CdCopy, map),
                ReadLoops.Dictionary("CD.TryGetValue (its own array)", map),
                ReadLoops.MemoryCache("MDC.Get (its own array)", mdc),
                ReadLoops.IntoSpan(Span, store, ValueLength),
                ReadLoops.IntoWriter("KvStore.TryRead(writer)", store, ValueLength),
                ReadLoops.OurCache("our cache.Get (a copy)", cache.Cache),
            ];
            var draws = new Draws(entries);
            var comparison = KeyComparison.Short(options);
            var one = comparison.Measure(draws.Streams(Popularity.Zipf, 1), cases);
            var two = comparison.Measure(draws.Streams(Popularity.Zipf, 2), cases);
            report.Add(KeyTables.Compare("10 k entries of 4 KiB", CdCopy, one, two));
            report.Reach("large/4096", one.Ratio(Span, CdCopy));
        });
}
