using System.Globalization;

namespace SnapshotKv.Tests.Crashes;

/// <summary>
/// A crash at every point of a life at every level: as the end of the process, as a power cut that keeps all, nothing or some of what was not flushed. What is
/// found afterwards is a state that the store was in, not older than what it had promised.
/// </summary>
/// <remarks>
/// A part of the matrix that changes with the day, or all of it with <c>SNAPSHOTKV_CRASH_MATRIX=full</c>; <c>SNAPSHOTKV_CRASH_SEED</c> brings back a seed that a failure
/// printed.
/// </remarks>
public sealed class CrashMatrixTests
{
    private const int ChecksByDefault = 900;
    private const int LossesByDefault = 2;
    private const int LossesInFull = 4;

    [Theory]
    [InlineData(KvDurability.Snapshot, true)]
    [InlineData(KvDurability.Process, true)]
    [InlineData(KvDurability.Process, false)]
    [InlineData(KvDurability.Disk, true)]
    public void Crash_AtEveryPoint_LeavesAStateNotOlderThanPromised(KvDurability level, bool isMapped)
    {
        var isFull = Environment.GetEnvironmentVariable("SNAPSHOTKV_CRASH_MATRIX") == "full";
        var matrix = new CrashMatrix(level, isMapped, Seed(), isFull ? LossesInFull : LossesByDefault);

        matrix.Run(isFull ? null : ChecksByDefault);

        Report($"{level}{(isMapped ? "" : "-unmapped")}", matrix.ToString());
        matrix.Faults.ShouldBeEmpty();
        matrix.Points.ShouldBeGreaterThan(200);
        matrix.Checks.ShouldBeGreaterThan(isFull ? 2_000 : ChecksByDefault / 2);
    }

    private static int Seed() => int.TryParse(Environment.GetEnvironmentVariable("SNAPSHOTKV_CRASH_SEED"), CultureInfo.InvariantCulture, out var seed)
        ? seed
        : TimeProvider.System.GetUtcNow().DayOfYear;

    private static void Report(string name, string text)
    {
        TestContext.Current.TestOutputHelper?.WriteLine(text);
        var directory = Path.Combine(AppContext.BaseDirectory, "crashes");
        Directory.CreateDirectory(directory);
        File.WriteAllText(Path.Combine(directory, $"matrix-{name}.txt"), text + "\n");
    }
}
