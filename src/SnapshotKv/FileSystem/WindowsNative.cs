using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace SnapshotKv.FileSystem;

/// <summary>The two calls of Windows that .NET has no honest counterpart for: its flush hides errors, and its move falls back to copying.</summary>
internal static partial class WindowsNative
{
    public const uint ReplaceExisting = 1;

    /// <summary>Return only when the new name is on the device: Windows has no way to flush a directory afterwards.</summary>
    public const uint WriteThrough = 8;

    [LibraryImport("kernel32", EntryPoint = "FlushFileBuffers", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.System32)]
    [return: MarshalAs(UnmanagedType.Bool)]
    public static partial bool FlushFileBuffers(SafeFileHandle file);

    [LibraryImport("kernel32", EntryPoint = "MoveFileExW", SetLastError = true, StringMarshalling = StringMarshalling.Utf16)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.System32)]
    [return: MarshalAs(UnmanagedType.Bool)]
    public static partial bool MoveFileEx(string source, string destination, uint flags);
}
