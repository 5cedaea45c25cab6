using SnapshotKv.Benchmarks.Data;
using SnapshotKv.Benchmarks.Harness;
using SnapshotKv.Benchmarks.Peers;

namespace SnapshotKv.Benchmarks.Groups;

/// <summary>What a save takes, against what its bytes alone take.</summary>
internal static class Saves
{
    private const string Raw = "raw write + fsync of the same bytes", RawGzip = "two-core gzip of the bytes, then raw write + fsync";
    private const string Save = "Save(), uncompressed", SaveGzip = "Save(), gzip";

    public static BenchmarkGroup Group { get; } = new(
        "snapshot",
        "Saving a snapshot",
        "`Save()` of a million entries with nothing else going on, after one change. The raw rows write the bytes of the uncompressed snapshot, which lie ready in memory, in "
        + "blocks of 1 MiB to a new file, and flush file and directory; with gzip, each block is compressed at the fastest level to a member of its own.",
        static (options, report) =>
        {
            using var directory = new ScratchDirectory();
            var entries = new EntrySet(options.Million);
            using var plain = Stores.OpenQuiet(directory.File("plain"), KvCompression.None);
            using var gzip = Stores.OpenQuiet(directory.File("gzip"), KvCompression.Gzip);
            Stores.Fill(plain, entries);
            Stores.Fill(gzip, entries);
            var blocks = RawFile.Blocks(File.ReadAllBytes(StoreFiles.PathOf(plain, plain.Save())));
            var rawPath = directory.File("raw");
            var changes = 0;
            void Change(KvStore store) => store.SetBytes(entries.Keys[0], entries.ValueOf(++changes).AsSpan());
            TimedCase[] cases =
            [
                new(Raw, () => Write(rawPath, blocks), () => File.Delete(rawPath)),
                new(Save, plain.Save, () => Change(plain)),
                new(RawGzip, () => Write(rawPath, RawFile.Gzip(blocks)), () => File.Delete(rawPath)),
                new(SaveGzip, gzip.Save, () => Change(gzip)),
            ];
            var rows = new TimedComparison(options.LongRepetitions).Measure(cases);
            var table = new Table($"{Cell.Count(entries.Count)} entries, {blocks.Sum(static block => (long)block.Length) / 1e6:0} MB uncompressed, {gzip.ListSnapshots()[0].SizeBytes / 1e6:0} MB gzip", "", "ms", "min – max", "to raw", "MB allocated");
            for (var i = 0; i < rows.Count; i++)
            {
                var raw = rows[i / 2 * 2];
                table.Add(
                    rows[i].Name,
                    Cell.Number(rows[i].Milliseconds.Median),
                    Cell.Range(rows[i].Milliseconds),
                    Cell.Ratio(rows[i].Milliseconds.Median / raw.Milliseconds.Median),
                    Cell.Number(rows[i].AllocatedBytes / 1e6));
            }

            report.Add(table);
            report.Reach("snapshot/none", rows[1].Milliseconds.Median / rows[0].Milliseconds.Median);
            report.Reach("snapshot/gzip", rows[3].Milliseconds.Median / rows[2].Milliseconds.Median);
        });

    private static object? Write(string path, IEnumerable<ReadOnlyMemory<byte>> blocks)
    {
        RawFile.Write(path, blocks);
        return null;
    }
}
