using SnapshotKv.Benchmarks.Data;
using SnapshotKv.Benchmarks.Harness;
using SnapshotKv.Benchmarks.Peers;
using SnapshotKv.Keyspace;

namespace SnapshotKv.Benchmarks.Groups;

/// <summary>Whether a save in the background is noticed by those who read and write.</summary>
internal static class Stalls
{
    private const int WarmUps = 1;

    public static BenchmarkGroup Group { get; } = new(
        "stalls",
        "Reads and writes during a background snapshot",
        "One thread, 90 % reads into its own buffer and 10 % overwrites, uniform over a million entries, each operation timed. Pairs of runs, one while a snapshot is written "
        + "with the cores that a background save takes (all but one), one as long without. A closed loop: what waits is one operation, so the longest pause is the honest "
        + "figure. Columns are medians over the pairs.",
        static (options, report) =>
        {
            var entries = new EntrySet(options.Million);
            foreach (var compression in new[] { KvCompression.Gzip, KvCompression.None })
            {
                Run(options, report, entries, compression);
            }
        });

    private static void Run(RunOptions options, Report report, EntrySet entries, KvCompression compression)
    {
        using var directory = new ScratchDirectory();
        using var store = Stores.OpenQuiet(directory.Path, compression);
        Stores.Fill(store, entries);
        var load = new MixedLoad(store, entries);
        var checkpointer = StoreInternals.Checkpointer(store);
        var workers = Math.Max(1, Environment.ProcessorCount - 1);
        var with = new List<LoadProfile>();
        var without = new List<LoadProfile>();
        for (var pair = -WarmUps; pair < (options.IsQuick ? 2 : 7); pair++)
        {
            load.Set(pair);
            var saving = load.RunWhile(() => checkpointer.Save(workers, CancellationToken.None));
            var quiet = load.RunFor(saving.Elapsed);
            if (pair >= 0)
            {
                with.Add(saving);
                without.Add(quiet);
            }
        }

        report.Add(Compare(compression, with, without));
        report.Add(Gate(store));
        if (compression == KvCompression.Gzip)
        {
            report.Reach("stalls/read", Ratio(with, without, static run => run.Reads.Percentile(99.9)));
            report.Reach("stalls/write", Ratio(with, without, static run => run.Writes.Percentile(99.9)));
            report.Reach("stalls/longest", (Median(with, static run => run.Longest) - Median(without, static run => run.Longest)) / 1e6);
        }
    }

    private static Table Compare(KvCompression compression, List<LoadProfile> with, List<LoadProfile> without)
    {
        var table = new Table(
            compression == KvCompression.Gzip ? "Snapshot with gzip" : "Snapshot uncompressed",
            "", "run, ms", "k op/s", "read p50, µs", "read p99.9, µs", "write p50, µs", "write p99.9, µs", "longest, ms", "longest of all, ms", "of it GC, ms");
        foreach (var (name, runs) in new[] { ("with a snapshot", with), ("without", without) })
        {
            table.Add(
                name,
                Cell.Number(Median(runs, static run => run.Elapsed.TotalMilliseconds)),
                Cell.Number(Median(runs, static run => run.OperationsPerSecond / 1e3)),
                Cell.Number(Median(runs, static run => run.Reads.Percentile(50) / 1e3)),
                Cell.Number(Median(runs, static run => run.Reads.Percentile(99.9) / 1e3)),
                Cell.Number(Median(runs, static run => run.Writes.Percentile(50) / 1e3)),
                Cell.Number(Median(runs, static run => run.Writes.Percentile(99.9) / 1e3)),
                Cell.Number(Median(runs, static run => run.Longest / 1e6)),
                Cell.Number(runs.Max(static run => run.Longest) / 1e6),
                Cell.Number(Median(runs, static run => run.LongestCollection.TotalMilliseconds)));
        }

        return table;
    }

    /// <summary>How long the gate is closed to writers while a snapshot begins: the copy of the table's slots, into memory fresh from the system.</summary>
    private static Table Gate(KvStore store)
    {
        var table = StoreInternals.Pipeline(store).Table;
        var times = Enumerable.Range(0, 9).Select(_ =>
        {
            var buffer = new TableShard.Slot[table.SlotCount];
            var started = TimeProvider.System.GetTimestamp();
            table.CopySlots(buffer);
            return TimeProvider.System.GetElapsedTime(started).TotalMilliseconds;
        }).ToList();
        var sample = new Sample(times);
        var result = new Table("What the gate is held for when a snapshot begins", "", "ms", "min – max");
        result.Add($"copy of {table.SlotCount:#,0} slots", Cell.Number(sample.Median), Cell.Range(sample));
        return result;
    }

    private static double Ratio(List<LoadProfile> with, List<LoadProfile> without, Func<LoadProfile, double> figure) => Median(with, figure) / Median(without, figure);

    private static double Median(List<LoadProfile> runs, Func<LoadProfile, double> figure) => new Sample(runs.Select(figure)).Median;
}
