using System.ComponentModel;
using System.Diagnostics;

namespace SnapshotKv.Tests.FileSystem;

/// <summary>The programs that make, mount and unmount file systems.</summary>
internal static class Mounts
{
    /// <summary>Runs a program to its end.</summary>
    /// <returns>Null when it succeeded, else what it said.</returns>
    public static string? Run(string program, params string[] arguments)
    {
        try
        {
            using var process = Process.Start(new ProcessStartInfo(program, arguments) { UseShellExecute = false, RedirectStandardError = true })!;
            var said = process.StandardError.ReadToEnd();
            process.WaitForExit();
            return process.ExitCode == 0 ? null : $"{program} ended with {process.ExitCode}: {said.Trim()}";
        }
        catch (Win32Exception exception)
        {
            return $"{program} cannot be started: {exception.Message}";
        }
    }

    /// <summary>Unmounts what is mounted at a path, if anything is.</summary>
    public static void Unmount(string path)
    {
        if (!OperatingSystem.IsLinux() || !File.ReadLines("/proc/self/mountinfo").Any(line => line.Split(' ')[4] == path))
        {
            return;
        }

        // The loop device was made by mount and goes with it. Lazily only when a test has left something open.
        var problem = Run("umount", path) is null ? null : Run("umount", "--lazy", path);
        if (problem is not null)
        {
            throw new InvalidOperationException($"'{path}' stays mounted: {problem}");
        }
    }
}
