using System.Globalization;

namespace SnapshotKv.Benchmarks.Harness;

/// <summary>How busy others kept the machine's processors while something was measured.</summary>
internal readonly struct OtherWork
{
    private const string Source = "/proc/stat";
    private const int TicksPerSecond = 100;

    // user, nice, system, idle, iowait, irq, softirq, steal: all but the two in which nobody worked.
    private static readonly int[] WorkColumns = [1, 2, 3, 6, 7, 8];

    private readonly TimeSpan _all;
    private readonly TimeSpan _own;
    private readonly long _started;

    private OtherWork(TimeSpan all)
    {
        _all = all;
        _own = Own();
        _started = TimeProvider.System.GetTimestamp();
    }

    /// <summary>Begins to count.</summary>
    public static OtherWork Begin() => new(All());

    /// <summary>The processors that others, the system's own work included, kept busy on average since; 0 where the system does not tell.</summary>
    public double Processors()
    {
        var others = All() - _all - (Own() - _own);
        return Math.Max(0, others / TimeProvider.System.GetElapsedTime(_started));
    }

    private static TimeSpan Own() => OperatingSystem.IsLinux() ? Environment.CpuUsage.TotalTime : TimeSpan.Zero;

    private static TimeSpan All()
    {
        if (!OperatingSystem.IsLinux())
        {
            return TimeSpan.Zero;
        }

        var columns = File.ReadLines(Source).First().Split(' ', StringSplitOptions.RemoveEmptyEntries);
        return TimeSpan.FromSeconds(WorkColumns.Sum(column => long.Parse(columns[column], CultureInfo.InvariantCulture)) / (double)TicksPerSecond);
    }
}
