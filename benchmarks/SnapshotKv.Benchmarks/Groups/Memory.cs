using System.Collections.Concurrent;
using SnapshotKv.Benchmarks.Data;
using SnapshotKv.Benchmarks.Harness;
using SnapshotKv.Benchmarks.Peers;

namespace SnapshotKv.Benchmarks.Groups;

/// <summary>What an entry takes in memory.</summary>
internal static class Memory
{
    /// <summary>Measures one kind of store, in a process of its own: kind, number of entries.</summary>
    public const string Probe = "memory";

    private const string Cd = "CD", Mdc = "MDC", Ours = "KvStore", Indexed = "KvStore, prefix index in use", Expiring = "KvStore, absolute expiries";
    private const int Payload = EntrySet.KeyLength + EntrySet.ValueLength;

    public static BenchmarkGroup Group { get; } = new(
        "memory",
        "Memory per entry",
        $"Bytes of managed heap per entry after a full collection, each store in a process of its own and filled one by one, without being told how many come. The payload is {Payload} bytes.",
        static (options, report) =>
        {
            int[] sizes = [10_000, 100_000, options.Million];
            string[] kinds = [Cd, Mdc, Ours, Indexed, Expiring];
            var bytes = kinds.ToDictionary(static kind => kind, kind => sizes.Select(size => ChildProcess.Run(Probe, kind, $"{size}")["bytes"]).ToArray(), StringComparer.Ordinal);
            var table = new Table("Bytes per entry", ["", .. sizes.Select(Cell.Count), "to CD", "to MDC"]);
            foreach (var kind in kinds)
            {
                table.Add([kind, .. bytes[kind].Select(Cell.Number), Cell.Ratio(bytes[kind][^1] / bytes[Cd][^1]), Cell.Ratio(bytes[kind][^1] / bytes[Mdc][^1])]);
            }

            report.Add(table);
            report.Reach("memory/cd", bytes[Ours][^1] / bytes[Cd][^1]);
            report.Reach("memory/mdc", bytes[Ours][^1] / bytes[Mdc][^1]);
        });

    public static void RunProbe(string kind, int count)
    {
        // Whatever the first use of a store brings into the process for good is not the entries' doing.
        GC.KeepAlive(Fill(kind, 10));
        var before = GC.GetTotalMemory(forceFullCollection: true);
        var store = Fill(kind, count);
        var after = GC.GetTotalMemory(forceFullCollection: true);
        GC.KeepAlive(store);
        ChildProcess.Print("bytes", (double)(after - before) / count);
    }

    private static object Fill(string kind, int count)
    {
        switch (kind)
        {
            case Cd:
                var map = new ConcurrentDictionary<string, byte[]>(StringComparer.Ordinal);
                ForEach(count, (key, value) => map[key] = value);
                return map;
            case Mdc:
                var cache = Stores.NewMemoryCache();
                ForEach(count, (key, value) => cache.Set(key, value, Lives.Unlimited));
                return cache;
            default:
                var store = KvStore.Open(new SnapshotKvOptions());
                var life = kind == Expiring ? new KvEntryOptions { TimeToLive = TimeSpan.FromHours(1) } : default;
                ForEach(count, (key, value) => store.SetBytes(key, value.AsSpan(), life));
                if (kind == Indexed)
                {
                    store.Count("user:");
                }

                return store;
        }
    }

    private static void ForEach(int count, Action<string, byte[]> set)
    {
        for (var i = 0; i < count; i++)
        {
            set(EntrySet.KeyOf(i), EntrySet.ValueOf(i, EntrySet.ValueLength));
        }
    }
}
