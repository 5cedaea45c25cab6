using System.Collections.Concurrent;
using SnapshotKv.Benchmarks.Data;
using SnapshotKv.Benchmarks.Harness;
using SnapshotKv.Benchmarks.Peers;

namespace SnapshotKv.Benchmarks.Groups;

/// <summary>Queries by prefix, and what the ordered index costs those who write.</summary>
internal static class Prefixes
{
    /// <summary>The characters before a key's number, and the digits of the number.</summary>
    private const int NumberStart = 5, NumberLength = 7;

    private const string Ours = "KvStore.GetKeys(prefix)", Sorted = "sorted array, binary search", Scan = "CD, full scan";

    public static BenchmarkGroup Group { get; } = new(
        "prefix",
        "Prefix queries",
        "A million entries put in in no order. Each query goes through all hits, as strings. The sorted array holds the keys as UTF-8 and decodes the hits; nothing can "
        + "be added to it.",
        static (options, report) =>
        {
            var entries = new EntrySet(options.Million);
            Query(options, report, entries);
            Maintain(options, report, entries);
        });

    private static void Query(RunOptions options, Report report, EntrySet entries)
    {
        using var store = ShuffledStore(entries);
        var sorted = new SortedKeys(entries.Keys);
        var map = Stores.NewDictionary(entries);
        var comparison = KeyComparison.Short(options);
        foreach (var hits in new[] { 10, 1_000, 100_000 })
        {
            var prefixes = PrefixesWith(entries, hits);

            // A scan of everything takes as long however little it finds; in a comparison of its own it does not hold up the others.
            var scan = comparison.Measure([new KeyStream(prefixes, chunkSize: 1)], [CountHits(Scan, prefix => ScanAll(map, prefix))])[0];
            var rows = comparison.Measure(
                [new KeyStream(prefixes, chunkSize: hits < 1_000 ? 16 : 1)],
                [CountHits(Sorted, sorted.StartingWith), CountHits(Ours, prefix => store.GetKeys(prefix))]);
            var table = new Table($"{hits:#,0} hits in {Cell.Count(entries.Count)}", "", "µs", "min – max", "to the sorted array", "B/query");
            var baseline = rows.Named(Sorted).Nanoseconds.Median;
            foreach (var row in rows.Append(scan))
            {
                table.Add(
                    row.Name,
                    Cell.Number(row.Nanoseconds.Median / 1_000),
                    $"{Cell.Number(row.Nanoseconds.Min / 1_000)} – {Cell.Number(row.Nanoseconds.Max / 1_000)}",
                    Cell.Ratio(row.Nanoseconds.Median / baseline),
                    Cell.Number(row.AllocatedBytes));
            }

            report.Add(table);
            report.Reach($"prefix/{hits}", rows.Ratio(Ours, Sorted));
        }
    }

    private static void Maintain(RunOptions options, Report report, EntrySet entries)
    {
        var added = new EntrySet(entries.Count / 10, first: entries.Count);
        var order = added.ShuffledOrder();
        using var indexed = ShuffledStore(entries);
        indexed.Count("user:");
        using var plain = ShuffledStore(entries);
        var map = Stores.NewDictionary(entries);
        var value = entries.ValueOf(0);
        KvStore? fresh = null;
        TimedCase[] cases =
        [
            new("sort the keys as UTF-8 into an array", () => new SortedKeys(entries.Keys)),
            new("first prefix query: builds the index", () => fresh!.Count("user:0"), () =>
            {
                fresh?.Dispose();
                fresh = ShuffledStore(entries);
            }),
            new("new key, CD", () => ForEach(added, order, key => map[key] = value.AsSpan().ToArray()), () => ForEach(added, order, key => map.TryRemove(key, out _))),
            new("new key, store without index", () => ForEach(added, order, key => plain.SetBytes(key, value.AsSpan())), () => ForEach(added, order, key => plain.Remove(key))),
            new("new key, index in use", () => ForEach(added, order, key => indexed.SetBytes(key, value.AsSpan())), () => ForEach(added, order, key => indexed.Remove(key))),
            new("overwrite, index in use", () => ForEach(added, order, key => indexed.SetBytes(key, value.AsSpan()))),
        ];
        var rows = new TimedComparison(options.LongRepetitions).Measure(cases);
        fresh?.Dispose();
        var table = new Table($"The index of {Cell.Count(entries.Count)} keys", "", "ms", "ns per key", "min – max, ns");
        for (var i = 0; i < rows.Count; i++)
        {
            var perKey = 1e6 / (i < 2 ? entries.Count : added.Count);
            var time = rows[i].Milliseconds;
            table.Add(rows[i].Name, Cell.Number(time.Median), Cell.Number(time.Median * perKey), $"{Cell.Number(time.Min * perKey)} – {Cell.Number(time.Max * perKey)}");
        }

        report.Add(table);
    }

    private static KvStore ShuffledStore(EntrySet entries)
    {
        var store = KvStore.Open(new SnapshotKvOptions());
        foreach (var i in entries.ShuffledOrder())
        {
            store.SetBytes(entries.Keys[i], entries.ValueOf(i).AsSpan());
        }

        return store;
    }

    /// <summary>Prefixes that each match a number of neighbours, in no order.</summary>
    private static string[] PrefixesWith(EntrySet entries, int hits)
    {
        var length = NumberStart + NumberLength - (int)Math.Log10(hits);
        var prefixes = Enumerable.Range(0, entries.Count / hits).Select(i => entries.Keys[i * hits][..length]).ToArray();
        new Random(hits).Shuffle(prefixes);
        return prefixes;
    }

    private static KeyCase CountHits(string name, Func<string, IEnumerable<string>> query) => new(name, prefixes =>
    {
        var sum = 0L;
        foreach (var prefix in prefixes)
        {
            foreach (var key in query(prefix))
            {
                sum += key[^1];
            }
        }

        return sum;
    });

    private static IEnumerable<string> ScanAll(ConcurrentDictionary<string, byte[]> map, string prefix)
    {
        foreach (var (key, _) in map)
        {
            if (key.StartsWith(prefix, StringComparison.Ordinal))
            {
                yield return key;
            }
        }
    }

    private static object? ForEach(EntrySet entries, int[] order, Action<string> act)
    {
        foreach (var i in order)
        {
            act(entries.Keys[i]);
        }

        return null;
    }
}
