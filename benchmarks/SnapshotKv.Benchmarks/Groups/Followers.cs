using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using SnapshotKv.Benchmarks.Harness;
using SnapshotKv.Benchmarks.Peers;

namespace SnapshotKv.Benchmarks.Groups;

/// <summary>How long after an owner's commit a follower's watcher hears of it.</summary>
internal static class Followers
{
    private const string Key = "k";
    private static readonly TimeProvider Clock = TimeProvider.System;

    public static BenchmarkGroup Group { get; } = new(
        "follower",
        "Followers",
        "Owner and follower of one directory in one process, each with its own timers; files and page cache are those that two processes would share. The owner commits the time of the commit now and then, at the default level; "
        + "a `WatchAsync` on the follower takes the time at which it is told. Nothing else runs. The follower looks every 50 ms, so that half of that is the least that the median can be.",
        Run);

    [SuppressMessage("Usage", "VSTHRD002:Avoid problematic synchronous waits", Justification = "The main thread of a console program; nothing needs it to go on.")]
    private static void Run(RunOptions options, Report report) => report.Add(MeasureAsync(options).GetAwaiter().GetResult());

    private static async Task<Table> MeasureAsync(RunOptions options)
    {
        using var directory = new ScratchDirectory();
        using var owner = KvStore.Open(directory.Path);
        using var follower = KvStore.Open(new SnapshotKvOptions { Path = directory.Path, Mode = KvStoreMode.Follower });
        using var enough = new CancellationTokenSource();
        var latencies = new List<double>();
        var wanted = options.IsQuick ? 40 : 1000;
        var watching = WatchAsync(follower, latencies, wanted, enough.Token);
        var random = new Random(1);
        var bytes = new byte[sizeof(long)];
        while (!watching.IsCompleted)
        {
            // Not in step with the follower's looks.
            await Task.Delay(TimeSpan.FromMilliseconds(20 + (60 * random.NextDouble())), Clock);
            BinaryPrimitives.WriteInt64LittleEndian(bytes, Clock.GetTimestamp());
            owner.SetBytes(Key, bytes);
        }

        await watching;
        latencies.Sort();
        var table = new Table($"{Cell.Count(latencies.Count)} commits", "", "p50, ms", "p90, ms", "p99, ms", "longest, ms");
        table.Add(["from the owner's commit to the follower's watcher", .. new[] { 0.5, 0.9, 0.99, 1 }.Select(part => Cell.Number(latencies[(int)((latencies.Count - 1) * part)]))]);
        return table;
    }

    private static async Task WatchAsync(KvStore follower, List<double> latencies, int wanted, CancellationToken cancellationToken)
    {
        await foreach (var change in follower.WatchAsync(Key, cancellationToken))
        {
            var now = Clock.GetTimestamp();
            if (change.Kind == KvChangeKind.Set && follower.TryGetBytes(Key, out var bytes) && bytes is not null)
            {
                latencies.Add(Clock.GetElapsedTime(BinaryPrimitives.ReadInt64LittleEndian(bytes), now).TotalMilliseconds);
            }

            if (latencies.Count == wanted)
            {
                return;
            }
        }
    }
}
