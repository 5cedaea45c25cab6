using SnapshotKv.Benchmarks.Groups;
using SnapshotKv.Benchmarks.Harness;
using SnapshotKv.Benchmarks.Peers;

namespace SnapshotKv.Benchmarks;

/// <summary>Measures the store against what one would take instead, and writes what it found as tables. See benchmarks/README.md.</summary>
internal static class Program
{
    private const string Usage = """
        dotnet run -c Release --project benchmarks/SnapshotKv.Benchmarks -- [--groups NAME,NAME] [--quick] [--output DIRECTORY]

          --groups   only these; all by default:
        """;

    private static readonly BenchmarkGroup[] AllGroups =
    [
        Reads.Group,
        Misses.Group,
        Writes.Group,
        DurableWrites.Group,
        LargeValues.Group,
        Sqlite.Group,
        Prefixes.Group,
        Saves.Group,
        Opens.Group,
        Replays.Group,
        Memory.Group,
        Stalls.Group,
        Followers.Group,
        Expiry.Group,
        Codec.Group,
        DiagnosticsCost.Group,
        Million.Group,
    ];

    private static int Main(string[] arguments)
    {
        if (arguments is [ChildProcess.Switch, var probe, .. var rest])
        {
            Probes.Run(probe, rest);
            return 0;
        }

        if (!TryParse(arguments, out var groups, out var options))
        {
            Console.Error.WriteLine($"{Usage} {string.Join(", ", AllGroups.Select(static group => group.Name))}");
            return 2;
        }

        StoreInternals.Check();
        Console.WriteLine(Machine.Describe());
        var results = new ResultFolder(options);
        foreach (var group in groups)
        {
            Console.WriteLine($"\n# {group.Title}\n");
            var report = new Report();
            group.Run(options, report);
            results.Write(group, report);

            // The next group starts from an empty heap.
            GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true);
        }

        return 0;
    }

    private static bool TryParse(string[] arguments, out IReadOnlyList<BenchmarkGroup> groups, out RunOptions options)
    {
        groups = AllGroups;
        options = new(IsQuick: false, Path.Combine("benchmarks", "results"));
        for (var i = 0; i < arguments.Length; i++)
        {
            switch (arguments[i])
            {
                case "--quick":
                    options = options with { IsQuick = true };
                    break;
                case "--output" when i + 1 < arguments.Length:
                    options = options with { OutputDirectory = arguments[++i] };
                    break;
                case "--groups" when i + 1 < arguments.Length:
                    var names = arguments[++i].Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
                    groups = [.. AllGroups.Where(group => names.Contains(group.Name, StringComparer.Ordinal))];
                    if (groups.Count != names.Length)
                    {
                        return false;
                    }

                    break;
                default:
                    return false;
            }
        }

        return true;
    }
}
