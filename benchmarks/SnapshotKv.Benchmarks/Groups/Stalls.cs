using System.Diagnostics.CodeAnalysis;
using System.IO.Compression;
using System.Text;
using SnapshotKv.Benchmarks.Data;
using SnapshotKv.Benchmarks.Harness;
using SnapshotKv.Benchmarks.Peers;
using SnapshotKv.Format;
using SnapshotKv.Keyspace;

namespace SnapshotKv.Benchmarks.Groups;

/// <summary>Whether a save in the background is noticed by those who read and write.</summary>
internal static class Stalls
{
    private const int WarmUps = 1;

    /// <summary>Of a processor, for others: the kernel's own writing of what is saved takes some. A pair in which it is more measures them, not us.</summary>
    private const double MostOtherWork = 0.25;

    /// <summary>Then the pairs are taken as they come.</summary>
    private const int MostDisturbed = 40;
    private const double Longest = 100;
    private const string With = "while snapshots are saved", Beside = "while another thread writes as much", Without = "the same load without";
    private static readonly double[] Percentiles = [50, 99, 99.9, 99.99, Longest];
    private static readonly TimeProvider Clock = TimeProvider.System;

    public static BenchmarkGroup Group { get; } = new(
        "stalls",
        "Reads and writes during a background snapshot",
        "One thread, 90 % reads into its own buffer and 10 % overwrites at the default level of durability, uniform over a million entries, each operation timed. Pairs of runs: "
        + "one while snapshots are written one after the other for three seconds, each of all entries, with the cores that a background save takes (all but one); one as long "
        + "without. Which of the two comes first changes from pair to pair. Right after each pair, for comparison only, a run beside a thread that has nothing to do with the store: it writes as many bytes, gzipped or not, "
        + "to a file and flushes it, which is what the machine takes for it. A closed loop: what waits is one operation, so the longest pause is the honest figure. A pair during "
        + "which other programs took more than a quarter of a processor is thrown away. Each figure is the median over the pairs of what the run had; `longest` is the median of the longest operation of each run.",
        static (options, report) =>
        {
            var entries = new EntrySet(options.Million);
            var panels = new List<ChartPanel>();
            Run(options, report, panels, entries, KvCompression.Gzip, "Saved with gzip", "stalls");
            Run(options, report, panels, entries, KvCompression.None, "Saved uncompressed", "stalls-none");
            report.Add(Gate(entries));
            report.Picture = new(
                "Latency against percentiles of reads and of writes, with a save in the background and without one, with gzip and uncompressed",
                new LatencyChart(
                    $"{Cell.Count(entries.Count)} entries: latency while snapshots are saved in the background",
                    "One thread, 90 % reads, 10 % overwrites; medians over pairs of runs",
                    Percentiles,
                    panels).ToSvg());
        });

    private static void Run(RunOptions options, Report report, List<ChartPanel> panels, EntrySet entries, KvCompression compression, string title, string id)
    {
        using var directory = new ScratchDirectory();
        using var store = Stores.OpenQuiet(directory.Path, compression);
        Stores.Fill(store, entries);
        var load = new MixedLoad(store, entries);
        var saver = new Saver(store, TimeSpan.FromSeconds(options.IsQuick ? 0.3 : 3));
        var neighbour = new Neighbour(Path.Combine(directory.Path, "neighbour"), entries, compression == KvCompression.Gzip, saver.AtLeast);
        var with = new List<LoadProfile>();
        var beside = new List<LoadProfile>();
        var without = new List<LoadProfile>();
        var duration = saver.AtLeast;
        var disturbed = 0;
        for (var pair = -WarmUps; pair < (options.IsQuick ? 2 : 7);)
        {
            var others = OtherWork.Begin();

            // Garbage and the heap's state go from one run to the next, so neither always follows the other.
            var quiet = pair % 2 == 0 ? load.RunFor(duration) : null;
            load.Set(pair);
            var saving = load.RunWhile(saver.Run);
            duration = saving.Elapsed;
            quiet ??= load.RunFor(duration);
            var neighboured = load.RunWhile(neighbour.Run);
            if (others.Processors() > MostOtherWork && disturbed < MostDisturbed)
            {
                disturbed++;
                continue;
            }

            if (pair >= 0)
            {
                with.Add(saving);
                beside.Add(neighboured);
                without.Add(quiet);
            }

            pair++;
        }

        (string, List<LoadProfile>)[] runs = [(With, with), (Without, without), (Beside, beside)];
        report.Add(Compare($"{title}: percentiles", runs));
        report.Add(Explain($"{title}: what the pauses are made of", runs, saver.PerRun, disturbed));
        panels.Add(Panel($"Reads, {char.ToLowerInvariant(title[0])}{title[1..]}", runs, static run => run.Reads));
        panels.Add(Panel($"Writes, {char.ToLowerInvariant(title[0])}{title[1..]}", runs, static run => run.Writes));
        report.Reach($"{id}/read", Ratio(with, without, static run => run.Reads.Percentile(99.9)));
        report.Reach($"{id}/write", Ratio(with, without, static run => run.Writes.Percentile(99.9)));
        report.Reach($"{id}/longest", (Median(with, static run => run.Longest) - Median(without, static run => run.Longest)) / 1e6);
    }

    private static Table Compare(string title, (string, List<LoadProfile>)[] all)
    {
        var table = new Table(title, "", "p50, µs", "p99, µs", "p99.9, µs", "p99.99, µs", "longest, ms", "min – max of the longest, ms");
        foreach (var (operation, of) in new (string, Func<LoadProfile, Latencies>)[] { ("reads", static run => run.Reads), ("writes", static run => run.Writes) })
        {
            foreach (var (name, runs) in all)
            {
                var longest = new Sample(runs.Select(run => of(run).Percentile(Longest) / 1e6));
                var figures = Percentiles.SkipLast(1).Select(percentile => Cell.Number(Median(runs, run => of(run).Percentile(percentile)) / 1e3));
                table.Add([$"{operation}, {name}", .. figures, Cell.Number(longest.Median), Cell.Range(longest)]);
            }
        }

        return table;
    }

    private static Table Explain(string title, (string, List<LoadProfile>)[] all, double savesPerRun, int disturbed)
    {
        var table = new Table(title, "", "run, ms", "k op/s", "longest operation, ms", "longest stop by the garbage collector, ms", "stops", "longest operation outside of it, ms")
        {
            Remark = $"{savesPerRun:0.#} snapshots in a run; {disturbed} pairs were thrown away. An operation that the garbage collector stopped is counted without what that took in the last column.",
        };
        foreach (var (name, runs) in all)
        {
            table.Add(
                name,
                Cell.Number(Median(runs, static run => run.Elapsed.TotalMilliseconds)),
                Cell.Number(Median(runs, static run => run.OperationsPerSecond / 1e3)),
                Cell.Number(Median(runs, static run => run.Longest / 1e6)),
                Cell.Number(Median(runs, static run => run.LongestCollection.TotalMilliseconds)),
                Cell.Number(Median(runs, static run => run.Collections)),
                Cell.Number(Median(runs, static run => run.LongestOutside / 1e6)));
        }

        return table;
    }

    /// <summary>What writers wait for when a snapshot begins: its beginning, and that they keep what they replace ahead of it.</summary>
    private static Table Gate(EntrySet entries)
    {
        var table = new RecordTable();
        var records = Enumerable.Range(0, entries.Count).Select(i => Record.Create(new RecordParts { Key = Encoding.UTF8.GetBytes(entries.Keys[i]), Value = entries.ValueOf(i) })).ToArray();
        foreach (var record in records)
        {
            table.Put(record);
        }

        var gate = new Lock();
        var random = new Random(1);
        var (beginnings, writes, takings) = (new List<double>(), new List<double>(), new List<double>());
        for (var round = 0; round < 9; round++)
        {
            var started = Clock.GetTimestamp();
            var capture = table.BeginCapture();
            beginnings.Add(Clock.GetElapsedTime(started).TotalMicroseconds);
            writes.Add(Enumerable.Range(0, 1_000).Max(_ => Time(() => table.Put(records[random.Next(records.Length)]))));
            takings.Add(Time(() =>
            {
                while (!capture.NextBlock(gate).IsEmpty)
                {
                }
            }) / 1e3);
            capture.End();
        }

        var result = new Table($"What a snapshot of {Cell.Count(entries.Count)} entries costs writers when it begins", "", "median", "min – max");
        foreach (var (name, times) in new[] { ("its beginning, in the gate, µs", beginnings), ("the slowest of a thousand writes right behind it, which keep what they replace, µs", writes), ("taking all blocks, without encoding them, ms", takings) })
        {
            result.Add(name, Cell.Number(new Sample(times).Median), Cell.Range(new Sample(times)));
        }

        return result;
    }

    private static double Time(Action action)
    {
        var started = Clock.GetTimestamp();
        action();
        return Clock.GetElapsedTime(started).TotalMicroseconds;
    }

    private static ChartPanel Panel(string title, (string Name, List<LoadProfile> Profiles)[] runs, Func<LoadProfile, Latencies> of) =>
        new(title, [.. runs.Select(run => new ChartSeries(run.Name, Line(run.Profiles, of)))]);

    private static double[] Line(List<LoadProfile> runs, Func<LoadProfile, Latencies> of) =>
        [.. Percentiles.Select(percentile => Median(runs, run => of(run).Percentile(percentile)))];

    private static double Ratio(List<LoadProfile> with, List<LoadProfile> without, Func<LoadProfile, double> figure) => Median(with, figure) / Median(without, figure);

    private static double Median(List<LoadProfile> runs, Func<LoadProfile, double> figure) => new Sample(runs.Select(figure)).Median;

    /// <summary>Saves again and again: the load that runs beside it changes something all the time.</summary>
    private sealed class Saver(KvStore store, TimeSpan atLeast)
    {
        private int _runs;
        private int _saves;

        public TimeSpan AtLeast => atLeast;

        public double PerRun => _saves / (double)_runs;

        public void Run()
        {
            var checkpointer = StoreInternals.Checkpointer(store);
            var workers = Math.Max(1, Environment.ProcessorCount - 1);
            var started = Clock.GetTimestamp();
            _runs++;
            do
            {
                checkpointer.Save(workers, KvSaveReason.Timer, CancellationToken.None);
                _saves++;
            }
            while (Clock.GetElapsedTime(started) < atLeast);
        }
    }

    /// <summary>A thread that has nothing to do with the store, and writes about what a snapshot has: whatever it costs others is the machine's.</summary>
    private sealed class Neighbour(string path, EntrySet entries, bool compresses, TimeSpan atLeast)
    {
        private const int Chunk = 1 << 20;

        private readonly byte[] _chunk = [.. Enumerable.Range(0, entries.Count).SelectMany(i => Encoding.UTF8.GetBytes(entries.Keys[i]).Concat(entries.ValueOf(i))).Take(Chunk)];

        [SuppressMessage("ApiDesign", "RS0030:Do not use banned APIs", Justification = "Whether the file is on the device is of no account: it is to take the machine's time.")]
        public void Run()
        {
            var started = Clock.GetTimestamp();
            do
            {
                using (var file = File.Create(path, bufferSize: 0))
                {
                    Stream output = compresses ? new GZipStream(file, CompressionLevel.Fastest, leaveOpen: true) : file;
                    for (long written = 0; written < (long)entries.Count * (EntrySet.KeyLength + EntrySet.ValueLength); written += _chunk.Length)
                    {
                        output.Write(_chunk);
                    }

                    if (compresses)
                    {
                        output.Dispose();
                    }

                    file.Flush(flushToDisk: true);
                }

                File.Delete(path);
            }
            while (Clock.GetElapsedTime(started) < atLeast);
        }
    }
}
