using System.Globalization;
using System.Runtime;
using System.Runtime.InteropServices;

namespace SnapshotKv.Benchmarks.Harness;

/// <summary>What the figures were measured on.</summary>
internal static class Machine
{
    public static string Describe() => string.Create(
        CultureInfo.InvariantCulture,
        $"{Processor()}, {Environment.ProcessorCount} cores, {GC.GetGCMemoryInfo().TotalAvailableMemoryBytes / (double)(1 << 30):0} GiB; {RuntimeInformation.OSDescription}; "
        + $"{RuntimeInformation.FrameworkDescription}, {(GCSettings.IsServerGC ? "server" : "workstation")} GC{(GCSettings.LatencyMode == GCLatencyMode.Interactive ? ", concurrent" : "")}");

    /// <summary>How many threads wanted a processor in the last minute, others' included; null where the system does not tell.</summary>
    public static string? LoadAverage()
    {
        const string Source = "/proc/loadavg";
        return File.Exists(Source) ? File.ReadAllText(Source).Split(' ')[0] : null;
    }

    private static string Processor()
    {
        const string Source = "/proc/cpuinfo", Field = "model name";
        return File.Exists(Source) && File.ReadLines(Source).FirstOrDefault(static line => line.StartsWith(Field, StringComparison.Ordinal)) is { } line
            ? line[(line.IndexOf(':', StringComparison.Ordinal) + 1)..].Trim()
            : RuntimeInformation.ProcessArchitecture.ToString();
    }
}
