using System.ComponentModel;
using System.Diagnostics;

namespace SnapshotKv.Tests.FileSystem;

/// <summary>Mounting and unmounting, by the system's own programs.</summary>
internal static class Mounts
{
    /// <summary>Skips the test, with the reason, where nothing can be mounted.</summary>
    public static void SkipUnlessAllowed()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "File systems are mounted on Linux only.");
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "Mounting a file system needs root.");
    }

    /// <summary>The device that is mounted at a path.</summary>
    public static string DeviceOf(string path)
    {
        var line = Lines().Single(line => line.Split(' ')[4] == path);
        return line[line.IndexOf(" - ", StringComparison.Ordinal)..].Split(' ', StringSplitOptions.RemoveEmptyEntries)[2];
    }

    /// <summary>Unmounts all that is mounted at a path, whatever a test did to it.</summary>
    public static void Unmount(string path)
    {
        while (Lines().Any(line => line.Split(' ')[4] == path))
        {
            // Lazily only when a test has left something open.
            var problem = Run("umount", path) is null ? null : Run("umount", "--lazy", path);
            if (problem is not null)
            {
                throw new InvalidOperationException($"'{path}' stays mounted: {problem}");
            }
        }
    }

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

    private static IEnumerable<string> Lines() => File.ReadLines("/proc/self/mountinfo");
}
