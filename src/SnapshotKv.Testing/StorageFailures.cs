using System.Globalization;

namespace SnapshotKv.Testing;

/// <summary>The exceptions that a disk's refusals become, with the error numbers of the system that the tests run on.</summary>
internal static class StorageFailures
{
    /// <summary>ENOSPC.</summary>
    public static IOException NoSpace(string path) => Numbered($"No space left on device : '{path}'.", unix: 28, windows: 112);

    /// <summary>EROFS.</summary>
    public static IOException ReadOnly(string path) => Numbered($"Read-only file system : '{path}'.", unix: 30, windows: 19);

    /// <summary>EIO.</summary>
    public static IOException InputOutput(string path) => Numbered($"Input/output error : '{path}'.", unix: 5, windows: 1117);

    /// <summary>EINVAL.</summary>
    public static IOException InvalidArgument(string path) => Numbered($"Invalid argument : '{path}'.", unix: 22, windows: 87);

    /// <summary>EACCES.</summary>
    public static UnauthorizedAccessException AccessDenied(string path) => new($"Access to the path '{path}' is denied.");

    /// <summary>EFBIG: more than a file in memory can hold.</summary>
    public static IOException FileTooLarge(long length) =>
        Numbered(string.Create(CultureInfo.InvariantCulture, $"A file in memory cannot hold {length} bytes."), unix: 27, windows: 223);

    private static IOException Numbered(string message, int unix, int windows) =>
        new(message, OperatingSystem.IsWindows() ? unchecked((int)0x8007_0000) | windows : unix);
}
