using System.Diagnostics;
using System.Globalization;

namespace SnapshotKv.Benchmarks.Harness;

/// <summary>
/// Runs a probe of this program in a process of its own, where memory is what has to be measured: the heap of one store alone, or the most memory that
/// one task needed.
/// </summary>
internal static class ChildProcess
{
    /// <summary>The argument that makes the program run a probe.</summary>
    public const string Switch = "--probe";

    /// <summary>Runs a probe and returns the numbers it printed, by name.</summary>
    public static Dictionary<string, double> Run(string probe, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(Environment.ProcessPath!, [Switch, probe, .. arguments]) { RedirectStandardOutput = true, UseShellExecute = false })!;
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return process.ExitCode == 0
            ? output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(static line => line.Split('=')).ToDictionary(
                static parts => parts[0], static parts => double.Parse(parts[1], CultureInfo.InvariantCulture), StringComparer.Ordinal)
            : throw new InvalidOperationException($"The probe {probe} {string.Join(' ', arguments)} ended with {process.ExitCode}: {output}");
    }

    /// <summary>In the probe: hands a number to the caller.</summary>
    public static void Print(string name, double value) => Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{name}={value}"));

    /// <summary>The most memory this process ever had resident, in MiB.</summary>
    public static double PeakMebibytes()
    {
        using var self = Process.GetCurrentProcess();
        return self.PeakWorkingSet64 / (double)(1 << 20);
    }
}
