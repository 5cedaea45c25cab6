using SnapshotKv.Tests.FileSystem;

namespace SnapshotKv.Tests.Killed;

/// <summary>Starts the target, kills it, looks at what is left, and starts it again on the same directory.</summary>
internal sealed class KillRounds(int seed) : IDisposable
{
    private const int Writers = 4;
    private const int MostAcknowledgements = 4000;

    private readonly TemporaryDirectory _home = new();
    private readonly WriterState[] _states = [.. Enumerable.Range(0, Writers).Select(writer => new WriterState(seed, writer))];

    private string Store => Path.Join(_home.Path, "store");

    private string Copy => Path.Join(_home.Path, "copy");

    /// <summary>Runs one round, and fails the test when something that was acknowledged is lost, or something is there in part.</summary>
    /// <returns>What it was like.</returns>
    public string Run(int round)
    {
        var random = new Random(unchecked((seed * 31) + round));
        using var target = TargetProcess.Start(Store, seed, [.. _states.Select(static state => state.Next)]);
        target.KillAfter(DrawAcknowledgements(random));
        var files = $"{Count("journal")} journal files, {Count("snapshots")} snapshots, {Count("blobs")} blobs";

        // One that was killed before it had made its directory leaves nothing, which is a state too.
        Directory.CreateDirectory(Store);

        // A copy is looked at more often than the directory itself: what the target left is then recovered by the target, too, and its journals pile up.
        DirectoryCopy.Make(Store, Copy);
        var (looked, other) = random.Next(4) == 0 ? (Store, Copy) : (Copy, Store);
        if (FindFault(looked, target.Next, out var report) is { } fault)
        {
            Assert.Fail($"Seed {seed}, round {round}, {files}, {report}; what was left is in '{Keep(other)}'.\n{fault}");
        }

        Directory.Delete(Copy, recursive: true);
        return $"round {round}: {target.Acknowledged} acknowledged, {files}, {(looked == Store ? "opened" : "copy opened")}: {report}";
    }

    public void Dispose() => _home.Dispose();

    /// <summary>Few as often as many: what happens shortly after an opening is worth as much as all that comes later. One in eight dies while it opens.</summary>
    private static int DrawAcknowledgements(Random random) => random.Next(8) == 0 ? 0 : (int)Math.Exp(random.NextDouble() * Math.Log(MostAcknowledgements));

    private string? FindFault(string directory, IReadOnlyList<int> next, out string report)
    {
        report = "not opened";
        var options = new SnapshotKvOptions { Path = directory, Recovery = KvRecoveryMode.Strict, MaxSnapshots = 2, SaveDebounce = Timeout.InfiniteTimeSpan };
        KvStore store;
        try
        {
            store = KvStore.Open(options);
        }
        catch (KvStoreException exception)
        {
            return exception.ToString();
        }

        using (store)
        {
            report = $"{store.Count()} entries at {store.GetStatistics().Version}";
            return string.Join('\n', _states.Select((state, writer) => state.FindFault(store, next[writer])).OfType<string>()) is { Length: > 0 } faults ? faults : null;
        }
    }

    private int Count(string directory) =>
        Directory.Exists(Path.Join(Store, directory)) ? Directory.EnumerateFiles(Path.Join(Store, directory), "*", SearchOption.AllDirectories).Count() : 0;

    /// <summary>Puts a directory where it outlives the test.</summary>
    private string Keep(string directory)
    {
        var kept = Path.Join(AppContext.BaseDirectory, "killed", $"{seed}");
        DirectoryCopy.Make(directory, kept);
        return kept;
    }
}
