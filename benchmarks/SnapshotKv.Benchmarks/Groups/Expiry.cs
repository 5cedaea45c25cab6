using SnapshotKv.Benchmarks.Data;
using SnapshotKv.Benchmarks.Harness;
using SnapshotKv.Benchmarks.Peers;
using SnapshotKv.Keyspace;

namespace SnapshotKv.Benchmarks.Groups;

/// <summary>Taking the dead out of memory.</summary>
internal static class Expiry
{
    private const int DeadEvery = 10;
    private static readonly TimeProvider Clock = TimeProvider.System;

    public static BenchmarkGroup Group { get; } = new(
        "expiry",
        "The sweep of expired entries",
        "A million entries, all with an absolute expiry, one in ten dead. The sweep goes slice by slice and lets writers in between; inside a slice the gate is held for at most "
        + "256 removals at a time.",
        static (options, report) =>
        {
            var entries = new EntrySet(options.Million);
            var dead = new List<Sweep>();
            var alive = new List<Sweep>();
            for (var repetition = -1; repetition < options.LongRepetitions; repetition++)
            {
                using var store = FillWithDead(entries);
                GC.Collect(GC.MaxGeneration, GCCollectionMode.Forced, blocking: true);
                var first = SweepAll(store);
                var second = SweepAll(store);
                if (repetition >= 0)
                {
                    dead.Add(first);
                    alive.Add(second);
                }
            }

            var table = new Table($"{Cell.Count(entries.Count)} entries in {RecordTable.SweepSlices} slices", "", "removed", "in all, ms", "min – max", "longest slice, ms", "min – max");
            Add(table, "one in ten dead", dead);
            Add(table, "none dead", alive);
            report.Add(table);
            report.Reach("expiry/total", new Sample(dead.Select(static sweep => sweep.Total)).Median);
            report.Reach("expiry/slice", new Sample(dead.Select(static sweep => sweep.LongestSlice)).Median);
        });

    private static void Add(Table table, string name, List<Sweep> sweeps)
    {
        var total = new Sample(sweeps.Select(static sweep => sweep.Total));
        var slice = new Sample(sweeps.Select(static sweep => sweep.LongestSlice));
        table.Add(name, $"{sweeps[0].Removed:#,0}", Cell.Number(total.Median), Cell.Range(total), Cell.Number(slice.Median), Cell.Range(slice));
    }

    private static KvStore FillWithDead(EntrySet entries)
    {
        var store = KvStore.Open(new SnapshotKvOptions { TtlCleanupInterval = Timeout.InfiniteTimeSpan });
        for (var i = 0; i < entries.Count; i++)
        {
            var life = i % DeadEvery == 0 ? TimeSpan.FromMilliseconds(1) : TimeSpan.FromHours(1);
            store.SetBytes(entries.Keys[i], entries.ValueOf(i).AsSpan(), new() { TimeToLive = life });
        }

        // The last of them has yet to die.
        SpinWait.SpinUntil(() => !store.Exists(entries.Keys[(entries.Count - 1) / DeadEvery * DeadEvery]));
        return store;
    }

    private static Sweep SweepAll(KvStore store)
    {
        var pipeline = StoreInternals.Pipeline(store);
        var longest = TimeSpan.Zero;
        var total = TimeSpan.Zero;
        var removed = 0;
        for (var slice = 0; slice < RecordTable.SweepSlices; slice++)
        {
            var started = Clock.GetTimestamp();
            removed += pipeline.RemoveExpired(slice);
            var elapsed = Clock.GetElapsedTime(started);
            total += elapsed;
            longest = elapsed > longest ? elapsed : longest;
        }

        return new(removed, total.TotalMilliseconds, longest.TotalMilliseconds);
    }

    /// <param name="Removed">Entries.</param>
    /// <param name="Total">Milliseconds for all slices.</param>
    /// <param name="LongestSlice">Milliseconds.</param>
    private sealed record Sweep(int Removed, double Total, double LongestSlice);
}
