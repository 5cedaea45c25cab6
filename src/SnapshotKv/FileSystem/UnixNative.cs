using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace SnapshotKv.FileSystem;

/// <summary>
/// The few calls of the C library that .NET has no honest counterpart for: its flush hides errors and knows no directories, its move falls back
/// to copying, its file lock ignores every answer but "held", and its mapped files put a lock and a reference count around each access.
/// </summary>
/// <remarks>Only functions with fixed arguments, or without their variable ones: Apple's 64-bit ARM passes variable arguments differently.</remarks>
internal static partial class UnixNative
{
    /// <summary>Linux and macOS agree on this one.</summary>
    public const int ReadOnly = 0;

    /// <summary>macOS: have the drive itself write out its cache, which fsync does not do there.</summary>
    public const int FullFsync = 51;

    public const int ProtectRead = 1;
    public const int ProtectWrite = 2;
    public const int MapShared = 1;

    /// <summary>Linux: of a shared mapping of a file, drops the pages from the address space, and nothing of what they hold.</summary>
    public const int DoNotNeed = 4;

    public const int LockExclusive = 2;
    public const int LockNonBlocking = 4;

    /// <summary>Keeps the descriptor from child processes.</summary>
    public static int CloseOnExec => OperatingSystem.IsLinux() ? 0x8_0000 : OperatingSystem.IsFreeBSD() ? 0x10_0000 : 0x100_0000;

    /// <summary>Do not wait for who writes into a pipe.</summary>
    public static int NonBlocking => OperatingSystem.IsLinux() ? 0x800 : 4;

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    public static partial SafeFileHandle Open(string path, int flags);

    [LibraryImport("libc", EntryPoint = "fsync", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    public static partial int Fsync(SafeFileHandle file);

    [LibraryImport("libc", EntryPoint = "fdatasync", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    public static partial int FdataSync(SafeFileHandle file);

    [LibraryImport("libc", EntryPoint = "fcntl", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    public static partial int Fcntl(SafeFileHandle file, int command);

    [LibraryImport("libc", EntryPoint = "flock", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    public static partial int Flock(SafeFileHandle file, int operation);

    /// <summary>For 64-bit processes only: elsewhere the offset may have half the size.</summary>
    [LibraryImport("libc", EntryPoint = "mmap", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    public static partial MemoryMapping Mmap(nint address, nuint length, int protection, int flags, SafeFileHandle file, long offset);

    [LibraryImport("libc", EntryPoint = "munmap", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    public static partial int Munmap(nint address, nuint length);

    [LibraryImport("libc", EntryPoint = "madvise", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    public static partial int Madvise(MemoryMapping mapping, nuint length, int advice);

    [LibraryImport("libc", EntryPoint = "rename", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    public static partial int Rename(string source, string destination);

    [LibraryImport("libc", EntryPoint = "geteuid")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    public static partial uint GetEffectiveUserId();

    [LibraryImport("libc", EntryPoint = "getegid")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    public static partial uint GetEffectiveGroupId();
}
