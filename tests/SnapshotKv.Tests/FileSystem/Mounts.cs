using System.ComponentModel;
using System.Diagnostics;

namespace SnapshotKv.Tests.FileSystem;

/// <summary>The programs that make, mount and unmount file systems.</summary>
internal static class Mounts
{
    /// <summary>The field of a line of mountinfo that tells where.</summary>
    private const int MountPoint = 4;

    /// <summary>Skips the test, with the reason, where nothing can be mounted.</summary>
    public static void SkipUnlessAllowed()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "File systems are mounted on Linux only.");
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "Mounting a file system needs root.");
    }

    /// <summary>The device that is mounted at a path.</summary>
    public static string DeviceOf(string path)
    {
        var fields = Mounted().Last(fields => fields[MountPoint] == path);
        return fields[Array.IndexOf(fields, "-") + 2];
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

    /// <summary>Unmounts what is mounted at a path, if anything is, and what is mounted over that.</summary>
    public static void Unmount(string path)
    {
        while (OperatingSystem.IsLinux() && Mounted().Any(fields => fields[MountPoint] == path))
        {
            // The loop device was made by mount and goes with it. Lazily only when a test has left something open.
            var problem = Run("umount", path) is null ? null : Run("umount", "--lazy", path);
            if (problem is not null)
            {
                throw new InvalidOperationException($"'{path}' stays mounted: {problem}");
            }
        }
    }

    private static IEnumerable<string[]> Mounted() => File.ReadLines("/proc/self/mountinfo").Select(static line => line.Split(' '));
}
