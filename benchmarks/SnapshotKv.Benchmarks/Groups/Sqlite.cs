using SnapshotKv.Benchmarks.Data;
using SnapshotKv.Benchmarks.Harness;
using SnapshotKv.Benchmarks.Peers;

namespace SnapshotKv.Benchmarks.Groups;

/// <summary>Against a database behind the same interface.</summary>
internal static class Sqlite
{
    private const int Count = 10_000;
    private const string SqliteGet = "SQLite.Get", SqliteSet = "SQLite.Set", Get = "our cache.Get", Set = "our cache.Set";

    public static BenchmarkGroup Group { get; } = new(
        "sqlite",
        "SQLite behind the same interface",
        "Microsoft.Data.Sqlite with prepared statements, WAL and `synchronous` NORMAL, behind `IDistributedCache`: what survives the end of the process, as a row of "
        + "ours does once a snapshot was saved. One thread, ten thousand entries of 100 bytes, zipf 0.99.",
        static (options, report) =>
        {
            var entries = new EntrySet(Count);
            using var directory = new ScratchDirectory();
            using var sqlite = new SqliteCache(directory.File("cache.db"));
            using var cache = OurCache.Open(directory.File("ours"));
            Stores.Filled(sqlite, entries);
            Stores.Filled(cache.Cache, entries);
            var value = entries.ValueOf(0);
            KeyCase[] cases =
            [
                ReadLoops.MemoryCache(SqliteGet, sqlite),
                ReadLoops.OurCache(Get, cache.Cache),
                WriteLoops.MemoryCache(SqliteSet, sqlite, value, Lives.Unlimited),
                WriteLoops.OurCache(Set, cache.Cache, value, Lives.Unlimited),
            ];
            var rows = KeyComparison.Short(options).Measure(new Draws(entries).Streams(Popularity.Zipf, 1), cases);
            var table = new Table("10 k entries, one thread", "", "ns", "min – max", "SQLite takes", "B/op");
            Add(table, rows, SqliteGet, Get);
            Add(table, rows, SqliteSet, Set);
            report.Add(table);
            report.Reach("sqlite/get", rows.Ratio(SqliteGet, Get));
            report.Reach("sqlite/set", rows.Ratio(SqliteSet, Set));
        });

    private static void Add(Table table, IReadOnlyList<KeyMeasurement> rows, string sqlite, string ours)
    {
        foreach (var row in new[] { rows.Named(sqlite), rows.Named(ours) })
        {
            table.Add(
                row.Name,
                Cell.Number(row.Nanoseconds.Median),
                Cell.Range(row.Nanoseconds),
                row.Name == ours ? Cell.Ratio(rows.Ratio(sqlite, ours)) : "",
                Cell.Number(row.AllocatedBytes));
        }
    }
}
