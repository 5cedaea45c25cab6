using System.Globalization;
using System.Runtime.InteropServices;

namespace SnapshotKv.FileSystem;

/// <summary>Error numbers of the operating system: their names, and the exceptions they become.</summary>
/// <remarks>
/// An exception made here carries the number the way the framework's own do: the errno itself as <see cref="Exception.HResult"/> on Unix, the
/// error code in a Win32 HRESULT on Windows.
/// </remarks>
internal static class SystemError
{
    public const int Interrupted = 4;
    public const int NoSpace = 28;
    public const int ReadOnlyFileSystem = 30;

    private const int NotPermitted = 1;
    private const int NoSuchFile = 2;
    private const int AccessDenied = 13;
    private const int InvalidArgument = 22;
    private const int Win32SharingViolation = 32;
    private const int Win32LockViolation = 33;
    private const int Win32DiskFull = 112;
    private const int Win32HandleDiskFull = 39;
    private const int Win32WriteProtected = 19;
    private const int Win32NoSuchPath = 3;
    private const int Win32AccessDenied = 5;
    private const int Win32InvalidFunction = 1;
    private const int Win32NotSupported = 50;
    private const int Win32InvalidParameter = 87;

    /// <summary>The numbers that Unix systems share; those from 35 on differ.</summary>
    private static readonly Dictionary<int, string> CommonNames = new()
    {
        [1] = "EPERM",
        [2] = "ENOENT",
        [4] = "EINTR",
        [5] = "EIO",
        [6] = "ENXIO",
        [9] = "EBADF",
        [12] = "ENOMEM",
        [13] = "EACCES",
        [16] = "EBUSY",
        [17] = "EEXIST",
        [18] = "EXDEV",
        [19] = "ENODEV",
        [20] = "ENOTDIR",
        [21] = "EISDIR",
        [22] = "EINVAL",
        [23] = "ENFILE",
        [24] = "EMFILE",
        [26] = "ETXTBSY",
        [27] = "EFBIG",
        [28] = "ENOSPC",
        [30] = "EROFS",
    };

    private static readonly Dictionary<int, string> LinuxNames = new()
    {
        [11] = "EAGAIN",
        [36] = "ENAMETOOLONG",
        [37] = "ENOLCK",
        [38] = "ENOSYS",
        [39] = "ENOTEMPTY",
        [40] = "ELOOP",
        [95] = "EOPNOTSUPP",
        [110] = "ETIMEDOUT",
        [116] = "ESTALE",
        [121] = "EREMOTEIO",
        [122] = "EDQUOT",
    };

    private static readonly Dictionary<int, string> MacNames = new()
    {
        [35] = "EAGAIN",
        [45] = "ENOTSUP",
        [60] = "ETIMEDOUT",
        [62] = "ELOOP",
        [63] = "ENAMETOOLONG",
        [66] = "ENOTEMPTY",
        [69] = "EDQUOT",
        [70] = "ESTALE",
        [77] = "ENOLCK",
        [78] = "ENOSYS",
    };

    /// <summary>The number under which somebody else's lock is reported.</summary>
    public static int WouldBlock => OperatingSystem.IsLinux() ? 11 : 35;

    private static int QuotaExceeded => OperatingSystem.IsLinux() ? 122 : 69;

    private static int NotImplemented => OperatingSystem.IsLinux() ? 38 : 78;

    private static int NotSupported => OperatingSystem.IsLinux() ? 95 : 45;

    /// <summary>Name, number and text of an error, for instance <c>EIO (5), Input/output error</c>.</summary>
    public static string Describe(int error)
    {
        var name = NameOf(error);
        var number = error.ToString(CultureInfo.InvariantCulture);
        return $"{(name is null ? $"error {number}" : $"{name} ({number})")}, {Marshal.GetPInvokeErrorMessage(error)}";
    }

    /// <summary>The exception for a failed call: <see cref="UnauthorizedAccessException"/> for a refusal, else an <see cref="IOException"/>.</summary>
    /// <param name="error">The number that the call left.</param>
    /// <param name="action">What was tried, with the path.</param>
    /// <param name="path">The path.</param>
    public static Exception ToException(int error, string action, string path)
    {
        var message = $"Cannot {action}: {Describe(error)}.";
        if (OperatingSystem.IsWindows())
        {
            return error switch
            {
                NoSuchFile or Win32NoSuchPath => new FileNotFoundException(message, path),
                Win32AccessDenied => new UnauthorizedAccessException(message),
                _ => ToIOException(error, action),
            };
        }

        return error switch
        {
            NoSuchFile => new FileNotFoundException(message, path),
            AccessDenied or NotPermitted => new UnauthorizedAccessException(message),
            _ => ToIOException(error, action),
        };
    }

    /// <summary>An <see cref="IOException"/> whatever the number: for calls where a refusal is no question of permissions.</summary>
    public static IOException ToIOException(int error, string action) =>
        new($"Cannot {action}: {Describe(error)}.", ToHResult(error));

    /// <summary>What kind of failure an exception tells of, whoever threw it.</summary>
    public static StorageFault Classify(Exception exception)
    {
        if (exception is UnauthorizedAccessException)
        {
            // The framework gives some refusals of a read-only mount this type, with the errno's exception inside.
            return exception.InnerException is { } inner && Classify(inner) == StorageFault.ReadOnly ? StorageFault.ReadOnly : StorageFault.AccessDenied;
        }

        if (exception is FileNotFoundException or DirectoryNotFoundException)
        {
            return StorageFault.Missing;
        }

        if (exception is not IOException)
        {
            return StorageFault.Other;
        }

        var error = FromHResult(exception.HResult);
        if (OperatingSystem.IsWindows())
        {
            return error switch
            {
                Win32DiskFull or Win32HandleDiskFull => StorageFault.NoSpace,
                Win32WriteProtected => StorageFault.ReadOnly,
                Win32SharingViolation or Win32LockViolation => StorageFault.InUse,
                Win32InvalidFunction or Win32NotSupported or Win32InvalidParameter => StorageFault.Unsupported,
                _ => StorageFault.Other,
            };
        }

        return error switch
        {
            NoSpace => StorageFault.NoSpace,
            ReadOnlyFileSystem => StorageFault.ReadOnly,
            _ when error == QuotaExceeded => StorageFault.NoSpace,
            _ when error == WouldBlock => StorageFault.InUse,
            InvalidArgument => StorageFault.Unsupported,
            _ when error == NotImplemented || error == NotSupported => StorageFault.Unsupported,
            _ => StorageFault.Other,
        };
    }

    private static string? NameOf(int error)
    {
        if (OperatingSystem.IsWindows())
        {
            return null;
        }

        return CommonNames.TryGetValue(error, out var name) || (OperatingSystem.IsLinux() ? LinuxNames : MacNames).TryGetValue(error, out name) ? name : null;
    }

    private static int ToHResult(int error) => OperatingSystem.IsWindows() ? unchecked((int)0x8007_0000) | error : error;

    private static int FromHResult(int hresult) => OperatingSystem.IsWindows() ? hresult & 0xffff : hresult;
}
