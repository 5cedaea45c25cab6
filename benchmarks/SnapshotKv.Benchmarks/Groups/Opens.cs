using SnapshotKv.Benchmarks.Data;
using SnapshotKv.Benchmarks.Harness;
using SnapshotKv.Benchmarks.Peers;

namespace SnapshotKv.Benchmarks.Groups;

/// <summary>Opening a store that was closed.</summary>
internal static class Opens
{
    private const string Dictionary = "fill a presized CD from the same file", Open = "KvStore.Open";

    public static BenchmarkGroup Group { get; } = new(
        "open",
        "Opening a store",
        "A million entries in one snapshot, in the page cache. The dictionary is filled by a parser written for exactly this file, which checks nothing (`DictionaryLoader`). "
        + "The store also takes its lock, probes the directory, and checks the file to its last byte.",
        static (options, report) =>
        {
            var entries = new EntrySet(options.Million);
            using var directory = new ScratchDirectory();
            var plain = Save(directory.File("plain"), KvCompression.None, entries);
            var expandedLength = new FileInfo(plain).Length;
            Run(options, report, "none", "Uncompressed", directory.File("plain"), plain, expandedLength);
            var gzip = Save(directory.File("gzip"), KvCompression.Gzip, entries);
            Run(options, report, "gzip", "Gzip", directory.File("gzip"), gzip, expandedLength);
        });

    private static void Run(RunOptions options, Report report, string id, string title, string storePath, string filePath, long expandedLength)
    {
        var rows = new TimedComparison(options.LongRepetitions).Measure(
        [
            new(Dictionary, () => DictionaryLoader.Load(filePath, expandedLength)),
            new(Open, () => Stores.OpenQuiet(storePath, KvCompression.None)),
        ]);
        var table = new Table($"{title}, {new FileInfo(filePath).Length / 1e6:0} MB", "", "ms", "min – max", "to CD", "MB allocated");
        foreach (var row in rows)
        {
            table.Add(
                row.Name,
                Cell.Number(row.Milliseconds.Median),
                Cell.Range(row.Milliseconds),
                Cell.Ratio(row.Milliseconds.Median / rows[0].Milliseconds.Median),
                Cell.Number(row.AllocatedBytes / 1e6));
        }

        report.Add(table);
        report.Reach($"open/{id}", rows[1].Milliseconds.Median / rows[0].Milliseconds.Median);
    }

    private static string Save(string path, KvCompression compression, EntrySet entries)
    {
        using var store = Stores.OpenQuiet(path, compression);
        Stores.Fill(store, entries);
        return StoreFiles.PathOf(store, store.Save());
    }
}
