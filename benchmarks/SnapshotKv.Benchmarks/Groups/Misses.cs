using SnapshotKv.Benchmarks.Data;
using SnapshotKv.Benchmarks.Harness;
using SnapshotKv.Benchmarks.Peers;

namespace SnapshotKv.Benchmarks.Groups;

/// <summary>Point reads of keys that are not there.</summary>
internal static class Misses
{
    private const string Cd = "CD.TryGetValue", Mdc = "MDC.Get", Span = "KvStore.TryRead(span)", Cache = "our cache.Get";

    public static BenchmarkGroup Group { get; } = new(
        "misses",
        "Misses",
        "Every lookup asks for a key that is not there, of the same length and form as those that are. Uniform.",
        static (options, report) =>
        {
            foreach (var size in options.Sizes)
            {
                var entries = new EntrySet(size);
                var map = Stores.NewDictionary(entries);
                var mdc = Stores.Filled(Stores.NewMemoryCache(), entries);
                using var store = Stores.NewStore(entries);
                using var cache = OurCache.Open();
                Stores.Filled(cache.Cache, entries);
                KeyCase[] cases =
                [
                    ReadLoops.Dictionary(Cd, map),
                    ReadLoops.IntoSpan(Span, store, EntrySet.ValueLength),
                    ReadLoops.MemoryCache(Mdc, mdc),
                    ReadLoops.OurCache(Cache, cache.Cache),
                ];
                var draws = new Draws(new EntrySet(size, first: size));
                var comparison = KeyComparison.Short(options);
                report.Add(KeyTables.Compare(
                    $"{Cell.Count(size)} entries",
                    Cd,
                    comparison.Measure(draws.Streams(Popularity.Uniform, 1), cases),
                    comparison.Measure(draws.Streams(Popularity.Uniform, 2), cases)));
            }
        });
}
