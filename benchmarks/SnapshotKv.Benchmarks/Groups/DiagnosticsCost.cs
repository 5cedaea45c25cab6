using SnapshotKv.Benchmarks.Data;
using SnapshotKv.Benchmarks.Harness;
using SnapshotKv.Benchmarks.Peers;

namespace SnapshotKv.Benchmarks.Groups;

/// <summary>What metrics cost those who do not look, and those who do.</summary>
internal static class DiagnosticsCost
{
    private const string Without = "Get without metrics", Unheard = "our cache.Get, nobody listens", Heard = "our cache.Get, listened to", Statistics = "KvStore.GetStatistics";

    public static BenchmarkGroup Group { get; } = new(
        "diagnostics",
        "Diagnostics",
        "The cache's `Get` against the same lookup in the same partition without the metrics; then while nobody listens against a listener that adds up what it is told, "
        + "with both tags. Every lookup hits; Zipf. The store's own reads and writes carry no instruments: what a store reports it has at hand, or measures once for each save, sweep and "
        + "opening. Nanoseconds are per operation and thread.",
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
        using var store = KvStore.Open(new SnapshotKvOptions());
        using var cache = OurCache.Open();
        using var listener = new RequestListener();
        using var heard = listener.Open();
        var without = Stores.Filled(new UnmeasuredCache(store), entries);
        Stores.Filled(cache.Cache, entries);
        Stores.Filled(heard.Cache, entries);
        var draws = new Draws(entries);
        var comparison = KeyComparison.Short(options);

        // Each of the two in a loop of its own, so that the call in it has one target.
        KeyCase[] silent = [ReadLoops.MemoryCache(Without, without), ReadLoops.OurCache(Unheard, cache.Cache)];
        Report("nobody listens", Without, silent);

        // The same loop for both: only what the counter does differs.
        KeyCase[] loud = [ReadLoops.OurCache(Unheard, cache.Cache), ReadLoops.OurCache(Heard, heard.Cache), GetStatistics(store)];
        Report("somebody listens", Unheard, loud);
        if (listener.Requests == 0)
        {
            throw new InvalidOperationException("The listener was told nothing, so its cost was not measured.");
        }

        void Report(string what, string baseline, KeyCase[] cases) => report.Add(KeyTables.Compare(
            $"{Cell.Count(size)} entries, {what}",
            baseline,
            comparison.Measure(draws.Streams(Popularity.Zipf, 1), cases),
            comparison.Measure(draws.Streams(Popularity.Zipf, 2), cases)));
    }

    private static KeyCase GetStatistics(KvStore store) => new(Statistics, keys =>
    {
        var sum = 0L;
        foreach (var key in keys)
        {
            sum += store.GetStatistics().Entries + key.Length;
        }

        return sum;
    });
}
