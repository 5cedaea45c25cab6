using SnapshotKv.Benchmarks.Data;
using SnapshotKv.Benchmarks.Harness;
using SnapshotKv.Benchmarks.Peers;

namespace SnapshotKv.Benchmarks.Groups;

/// <summary>A million entries from nothing to disk and back, with the most memory it took.</summary>
internal static class Million
{
    /// <summary>In a process of its own: fills and saves a store. Directory, compression, number of entries.</summary>
    public const string FillProbe = "million-fill";

    /// <summary>In a process of its own: opens the store again and looks up every entry. The same arguments.</summary>
    public const string OpenProbe = "million-open";

    /// <summary>Enough different values that gzip's window never holds two of the same.</summary>
    private const int DistinctValues = 10_007;

    private static readonly TimeProvider Clock = TimeProvider.System;

    public static BenchmarkGroup Group { get; } = new(
        "million",
        "A million entries: set, saved, reopened",
        "Entries of 100 bytes are set one by one, saved with `Save()`, and in a second process opened and looked up one by one, each value compared. Resident memory is the peak of the "
        + "whole process so far, runtime and all.",
        static (options, report) =>
        {
            var table = new Table(
                $"{options.Million:#,0} entries of 100 bytes",
                "", "set, ms", "peak MiB", "Save(), ms", "peak MiB", "file, MB", "Open, ms", "peak MiB", "look up all, ms");
            foreach (var compression in new[] { KvCompression.None, KvCompression.Gzip })
            {
                using var directory = new ScratchDirectory();
                string[] arguments = [directory.Path, $"{compression}", $"{options.Million}"];
                var filled = ChildProcess.Run(FillProbe, arguments);
                var opened = ChildProcess.Run(OpenProbe, arguments);
                table.Add(
                    compression == KvCompression.None ? "uncompressed" : "gzip (default)",
                    Cell.Number(filled["set"]),
                    Cell.Number(filled["set-peak"]),
                    Cell.Number(filled["save"]),
                    Cell.Number(filled["save-peak"]),
                    Cell.Number(filled["file"]),
                    Cell.Number(opened["open"]),
                    Cell.Number(opened["open-peak"]),
                    Cell.Number(opened["read"]));
            }

            report.Add(table);
        });

    public static void Fill(string path, KvCompression compression, int count)
    {
        var values = Values();
        using var store = Stores.OpenQuiet(path, compression);
        Print("set", () =>
        {
            for (var i = 0; i < count; i++)
            {
                store.SetBytes(EntrySet.KeyOf(i), values[i % DistinctValues].AsSpan());
            }
        });
        Print("save", () => store.Save());
        ChildProcess.Print("file", store.ListSnapshots()[0].SizeBytes / 1e6);
    }

    public static void Open(string path, KvCompression compression, int count)
    {
        KvStore? store = null;
        Print("open", () => store = Stores.OpenQuiet(path, compression));
        var values = Values();
        Print("read", () =>
        {
            Span<byte> value = stackalloc byte[EntrySet.ValueLength];
            for (var i = 0; i < count; i++)
            {
                store!.TryRead(EntrySet.KeyOf(i), value, out _);
                if (!value.SequenceEqual(values[i % DistinctValues]))
                {
                    throw new InvalidOperationException($"Entry {i} came back as something else.");
                }
            }
        });
        store!.Dispose();
    }

    private static byte[][] Values() => [.. Enumerable.Range(0, DistinctValues).Select(static i => EntrySet.ValueOf(i, EntrySet.ValueLength))];

    private static void Print(string name, Action act)
    {
        var started = Clock.GetTimestamp();
        act();
        ChildProcess.Print(name, Clock.GetElapsedTime(started).TotalMilliseconds);
        ChildProcess.Print(name + "-peak", ChildProcess.PeakMebibytes());
    }
}
