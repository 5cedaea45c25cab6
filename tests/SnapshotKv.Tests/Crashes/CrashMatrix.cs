using System.Collections.Concurrent;
using System.Globalization;
using SnapshotKv.Testing;

namespace SnapshotKv.Tests.Crashes;

/// <summary>
/// Lives the workload and, before each operation that changes what is on the disk, takes what a crash would leave there and checks it in every way in which the
/// crash can go. A crash before an operation that only looks leaves what a crash before the next change leaves, so that is counted and not done again.
/// </summary>
/// <param name="level">The store's level.</param>
/// <param name="isMapped">Whether the disk is one on which files may be mapped.</param>
/// <param name="seed">Decides what is lost, and which part of the matrix is done.</param>
/// <param name="losses">How many ways of losing some of what was not flushed are tried at each point.</param>
internal sealed class CrashMatrix(KvDurability level, bool isMapped, int seed, int losses)
{
    /// <summary>More faults than this tell nothing more.</summary>
    private const int MostFaults = 20;

    private static readonly CrashSequel[] Sequels = Enum.GetValues<CrashSequel>();

    private readonly ConcurrentQueue<string> _faults = new();
    private int _points;
    private int _checks;
    private double _share = 1;

    /// <summary>The operations on files.</summary>
    public int Operations { get; private set; }

    /// <summary>Those that change something: the points at which it can matter that there is a crash.</summary>
    public int Points => _points;

    /// <summary>How many openings after a crash were checked.</summary>
    public int Checks => _checks;

    public IReadOnlyCollection<string> Faults => _faults;

    public int VariantsPerPoint => Variants(0).Count();

    /// <summary>Does the whole matrix, or the share of it that comes to about so many checks.</summary>
    public void Run(int? checks = null)
    {
        if (checks is { } wanted)
        {
            // Without crashes first: how many points there are.
            Live((_, _) => _points++);
            _share = Math.Min(1, wanted / (double)(_points * VariantsPerPoint));
            _points = 0;
        }

        var random = new Random(seed);
        Live((life, operation) => CrashBefore(life, operation, random));
    }

    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture,
        $"level {level}{(isMapped ? "" : ", not mapped")}, seed {seed}: {Operations} operations, {Points} points x {VariantsPerPoint} variants = {Points * VariantsPerPoint}, of which {Checks} done, {_faults.Count} faults");

    private void Live(Action<CrashLife, FileOperation> beforeChange)
    {
        using var life = new CrashLife(level, isMapped, (life, operation) =>
        {
            if (operation.IsChange && _faults.Count < MostFaults)
            {
                beforeChange(life, operation);
            }
        });
        CrashWorkload.Run(life, seed);
        Operations = life.Operations;
    }

    private void CrashBefore(CrashLife life, FileOperation operation, Random random)
    {
        var point = _points++;
        var chosen = Variants(point).Where(_ => _share >= 1 || random.NextDouble() < _share).ToList();
        if (chosen.Count == 0)
        {
            return;
        }

        // All of it is known now and stays so until the operation goes on.
        var check = new CrashCheck(life.Oracle, life.Pins, life.Oracle.Floors, level, life.Home.Clock.GetUtcNow() + CrashLife.Restart);
        var disk = life.Home.Disk;
        Parallel.ForEach(chosen, new ParallelOptions { MaxDegreeOfParallelism = Environment.ProcessorCount }, variant =>
        {
            if (check.FindFault(disk.CrashImage(variant.Kind, variant.Seed), variant) is { } fault)
            {
                _faults.Enqueue($"Level {level}{(isMapped ? "" : ", not mapped")}, {variant}, before operation {life.Operations} ({operation}), in commit {life.Oracle.Commits}: {fault}");
            }

            Interlocked.Increment(ref _checks);
        });
    }

    private IEnumerable<CrashVariant> Variants(int point)
    {
        var number = point;
        foreach (var recovery in Enum.GetValues<KvRecoveryMode>())
        {
            foreach (var kind in Enum.GetValues<CrashKind>())
            {
                for (var loss = 0; loss < (kind is CrashKind.PowerCutLosingSome or CrashKind.PowerCutTearingSectors ? losses : 1); loss++)
                {
                    yield return new(kind, unchecked((seed * 1_000_003) + (point * losses) + loss), recovery, Sequels[number++ % Sequels.Length]);
                }
            }
        }
    }
}
