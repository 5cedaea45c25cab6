using SnapshotKv.Benchmarks.Data;
using SnapshotKv.Benchmarks.Harness;
using SnapshotKv.Benchmarks.Peers;

namespace SnapshotKv.Benchmarks.Groups;

/// <summary>Opening a store whose process was killed: from the journal.</summary>
internal static class Replays
{
    private const string FromJournal = "KvStore.Open, all in the journal", FromSnapshot = "KvStore.Open, all in a snapshot";

    public static BenchmarkGroup Group { get; } = new(
        "replay",
        "Opening a store from its journal",
        "A million entries that were set one by one and never saved, as the process left them when it was killed, against the same entries in an uncompressed snapshot. Both in the page cache.",
        static (options, report) =>
        {
            var entries = new EntrySet(options.Million);
            using var directory = new ScratchDirectory();
            var (saved, killed, opened) = (directory.File("saved"), directory.File("killed"), directory.File("opened"));
            using (var store = Stores.OpenQuiet(saved, KvCompression.None, KvDurability.Snapshot))
            {
                Stores.Fill(store, entries);
            }

            using (var store = Stores.OpenQuiet(directory.File("journaled"), KvCompression.None))
            {
                Stores.Fill(store, entries);

                // The files as they are now are what a killed process leaves: the pages are the kernel's.
                StoreFiles.Copy(store.DirectoryPath!, killed);
            }

            var rows = new TimedComparison(options.LongRepetitions).Measure(
            [
                new(FromSnapshot, () => Stores.OpenQuiet(saved, KvCompression.None)),
                new(FromJournal, () => Stores.OpenQuiet(opened, KvCompression.None), () => StoreFiles.Copy(killed, opened)),
            ]);
            var bytes = new DirectoryInfo(Path.Combine(killed, "journal")).EnumerateFiles().Sum(static file => file.Length);
            var table = new Table($"{Cell.Count(entries.Count)} entries, journal of {bytes / 1e6:0} MB", "", "ms", "min – max", "to a snapshot", "ns per entry", "MB allocated");
            foreach (var row in rows)
            {
                table.Add(
                    row.Name,
                    Cell.Number(row.Milliseconds.Median),
                    Cell.Range(row.Milliseconds),
                    Cell.Ratio(row.Milliseconds.Median / rows[0].Milliseconds.Median),
                    Cell.Number(row.Milliseconds.Median * 1e6 / entries.Count),
                    Cell.Number(row.AllocatedBytes / 1e6));
            }

            report.Add(table);
        });
}
