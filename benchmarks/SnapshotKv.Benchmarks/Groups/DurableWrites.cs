using System.Buffers;
using SnapshotKv.Benchmarks.Data;
using SnapshotKv.Benchmarks.Harness;
using SnapshotKv.Benchmarks.Peers;

namespace SnapshotKv.Benchmarks.Groups;

/// <summary>Writes that are on the device when they return.</summary>
internal static class DurableWrites
{
    private const int Count = 10_000;
    private const int Writers = 32;
    private const int Values = 61;

    /// <summary>What the raw rows append: as much as one of our frames takes for an entry of the set.</summary>
    private const int FrameLength = 192;

    private const string Raw = "raw append + fdatasync, growing file";
    private const string OneSync = "KvStore.SetBytes", OneAsync = "KvStore.SetBytesAsync", OneSqlite = "SQLite, synchronous FULL";
    private const string ManyAsync = "32 tasks, KvStore.SetBytesAsync", ManySync = "32 threads, KvStore.SetBytes";

    public static BenchmarkGroup Group { get; } = new(
        "durable",
        "Durable writes",
        "Every write returns when it is on the device (`KvDurability.Disk`): as far as the device of this machine says so. Entries of 100 bytes; each writer waits for its last write before "
        + "it begins the next. The raw row appends as many bytes as a frame of ours has, and flushes each time; ours writes into files that were filled with zeros beforehand. "
        + "Writers who wait at the same time share one flush.",
        static (options, report) =>
        {
            var entries = new EntrySet(Count);

            // SQLite writes nothing, and so flushes nothing, where a row gets the value it has.
            var values = Enumerable.Range(0, Values).Select(entries.ValueOf).ToArray();
            var next = 0;
            byte[] Value() => values[(uint)Interlocked.Increment(ref next) % Values];
            var frame = new byte[FrameLength];
            using var directory = new ScratchDirectory();
            using var raw = new RawJournal(directory.File("raw"));
            using var store = Stores.OpenQuiet(directory.File("ours"), KvCompression.None, KvDurability.Disk);
            using var sqlite = new SqliteCache(directory.File("sqlite"), isFlushed: true);
            void Set(string key) => store.SetBytes(key, Value().AsSpan());
            ValueTask SetAsync(string key) => store.SetBytesAsync(key, new ReadOnlySequence<byte>(Value()));
            var rows = new RateComparison(options).Measure(
            [
                new(Raw, time => DurableLoad.One(time, entries, _ => raw.Append(frame))),
                new(OneSync, time => DurableLoad.One(time, entries, Set)),
                new(OneAsync, time => DurableLoad.Tasks(time, 1, entries, SetAsync)),
                new(OneSqlite, time => DurableLoad.One(time, entries, key => sqlite.Set(key, Value(), Lives.Unlimited))),
                new(ManyAsync, time => DurableLoad.Tasks(time, Writers, entries, SetAsync)),
                new(ManySync, time => DurableLoad.Threads(time, Writers, entries, Set)),
            ]);
            report.Add(Compare(rows));
            report.Reach("durable/one", Rate(rows, OneSync) / Rate(rows, Raw));
            report.Reach("durable/32", Rate(rows, ManyAsync) / Rate(rows, Raw));
        });

    private static Table Compare(IReadOnlyList<RateMeasurement> rows)
    {
        var table = new Table("Writes a second", "", "per second", "min – max", "to raw");
        foreach (var row in rows)
        {
            table.Add(row.Name, Cell.Number(row.PerSecond.Median), Cell.Range(row.PerSecond), Cell.Ratio(row.PerSecond.Median / Rate(rows, Raw)));
        }

        return table;
    }

    private static double Rate(IReadOnlyList<RateMeasurement> rows, string name) => rows.Single(row => row.Name == name).PerSecond.Median;
}
