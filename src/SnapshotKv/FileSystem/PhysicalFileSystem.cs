using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.IO.Enumeration;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace SnapshotKv.FileSystem;

/// <summary>The operating system's files.</summary>
/// <remarks>
/// Windows has neither modes nor a way to flush a directory: there files inherit the rights of the directory they are made in, a rename returns
/// only when it is durable, and <see cref="FlushDirectory"/> just checks that the directory is there.
/// </remarks>
[SuppressMessage("ApiDesign", "RS0030:Do not use banned APIs", Justification = "This folder is the one that touches files.")]
internal sealed class PhysicalFileSystem : IFileSystem
{
    private const UnixFileMode OwnerOnlyFile = UnixFileMode.UserRead | UnixFileMode.UserWrite;
    private const UnixFileMode OwnerOnlyDirectory = OwnerOnlyFile | UnixFileMode.UserExecute;

    private PhysicalFileSystem()
    {
    }

    /// <summary>The one instance: it has no state.</summary>
    public static PhysicalFileSystem Instance { get; } = new();

    public string GetRealPath(string path)
    {
        try
        {
            return RealPath.Resolve(path, Environment.CurrentDirectory, static link => new FileInfo(link).LinkTarget);
        }
        catch (Exception exception) when (NeedsExplaining(exception, path))
        {
            throw Explain(exception, "resolve", path);
        }
    }

    public bool DirectoryExists(string path) => Directory.Exists(path);

    public bool FileExists(string path) => File.Exists(path);

    public void CreateDirectory(string path)
    {
        try
        {
            if (OperatingSystem.IsWindows())
            {
                Directory.CreateDirectory(path);
                return;
            }

            // One by one: the framework gives the mode to the last directory only, and leaves the parents it makes open to all.
            var missing = new Stack<string>([path]);
            while (Path.GetDirectoryName(missing.Peek()) is { Length: > 0 } parent && !Directory.Exists(parent))
            {
                missing.Push(parent);
            }

            foreach (var directory in missing)
            {
                Directory.CreateDirectory(directory, OwnerOnlyDirectory);
            }
        }
        catch (Exception exception) when (NeedsExplaining(exception, path))
        {
            throw Explain(exception, "create the directory", path);
        }
    }

    public IReadOnlyList<FileSystemEntry> List(string directory)
    {
        // Unlike the framework's default, hidden files count and a child that cannot be looked at is an error.
        var everything = new EnumerationOptions { AttributesToSkip = 0, IgnoreInaccessible = false, MatchType = MatchType.Simple };
        try
        {
            return [.. new FileSystemEnumerable<FileSystemEntry>(directory, ToEntry, everything)];
        }
        catch (Exception exception) when (NeedsExplaining(exception, directory))
        {
            throw Explain(exception, "list", directory);
        }
    }

    public IFileHandle OpenRead(string path)
    {
        try
        {
            ThrowIfDirectory(path);
            ThrowIfPipe(path);
            return new PhysicalFileHandle(File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete), path);
        }
        catch (Exception exception) when (NeedsExplaining(exception, path))
        {
            throw Explain(exception, "open", path);
        }
    }

    public IFileHandle CreateNew(string path)
    {
        try
        {
            return new PhysicalFileHandle(Open(path, FileMode.CreateNew, FileShare.ReadWrite | FileShare.Delete), path);
        }
        catch (Exception exception) when (NeedsExplaining(exception, path))
        {
            throw Explain(exception, "create", path);
        }
    }

    public void Rename(string source, string destination)
    {
        ThrowIfDirectory(source);

        // Not File.Move: when the two names lie on different devices it copies, which a crash can cut in half.
        var done = false;
        do
        {
            done = OperatingSystem.IsWindows()
                ? WindowsNative.MoveFileEx(source, destination, WindowsNative.ReplaceExisting | WindowsNative.WriteThrough)
                : UnixNative.Rename(source, destination) == 0;
        }
        while (!done && !OperatingSystem.IsWindows() && Marshal.GetLastPInvokeError() == SystemError.Interrupted);

        if (!done)
        {
            throw SystemError.ToException(Marshal.GetLastPInvokeError(), $"rename '{source}' to '{destination}'", source);
        }
    }

    public void Delete(string path)
    {
        try
        {
            ThrowIfDirectory(path);
            File.Delete(path);
        }
        catch (DirectoryNotFoundException)
        {
            // Without its directory the file is not there either.
        }
        catch (Exception exception) when (NeedsExplaining(exception, path))
        {
            throw Explain(exception, "delete", path);
        }
    }

    public void FlushDirectory(string path)
    {
        // Checked first: opening a pipe of that name would wait for a writer.
        if (!Directory.Exists(path))
        {
            throw new DirectoryNotFoundException($"Cannot flush the directory '{path}': there is no directory of this name.");
        }

        if (OperatingSystem.IsWindows())
        {
            return;
        }

        using var directory = UnixNative.Open(path, UnixNative.ReadOnly | UnixNative.CloseOnExec);
        if (directory.IsInvalid)
        {
            throw SystemError.ToException(Marshal.GetLastPInvokeError(), $"open the directory '{path}' to flush it", path);
        }

        PhysicalFileHandle.Flush(directory, path);
    }

    public IDisposable? TryLock(string path)
    {
        SafeFileHandle? file = null;
        try
        {
            file = Open(path, FileMode.OpenOrCreate, FileShare.None);
            if (OperatingSystem.IsWindows() || Flock(file, path))
            {
                return Interlocked.Exchange(ref file, null);
            }

            return null;
        }
        catch (IOException exception) when (SystemError.Classify(exception) == StorageFault.InUse)
        {
            return null;
        }
        catch (Exception exception) when (NeedsExplaining(exception, path))
        {
            throw Explain(exception, "lock", path);
        }
        finally
        {
            file?.Dispose();
        }
    }

    public long GetAvailableBytes(string directory)
    {
        try
        {
            // On Unix the "drive" may be any path: statvfs answers for the mount it lies on. Windows wants the drive.
            var drive = OperatingSystem.IsWindows() ? Path.GetPathRoot(directory)! : directory;
            return new DriveInfo(drive).AvailableFreeSpace;
        }
        catch (Exception exception) when (NeedsExplaining(exception, directory))
        {
            throw Explain(exception, "ask for the free space at", directory);
        }
    }

    public string DescribeUser()
    {
        var name = Environment.UserName;
        if (OperatingSystem.IsWindows())
        {
            return $"user {name}";
        }

        // Containers often run under a number that no user database knows.
        var known = name.Length == 0 ? "" : $" ({name})";
        return string.Create(CultureInfo.InvariantCulture, $"uid {UnixNative.GetEffectiveUserId()}, gid {UnixNative.GetEffectiveGroupId()}{known}");
    }

    /// <summary>Whether an exception breaks the interface's promises: of another type, or without the path. Misuse (a disposed handle) does not.</summary>
    internal static bool NeedsExplaining(Exception exception, string path) => exception switch
    {
        IOException or UnauthorizedAccessException => !exception.Message.Contains(path, StringComparison.Ordinal),
        ArgumentException or NotSupportedException => true,
        _ => false,
    };

    /// <summary>What to throw in place of an exception that <see cref="NeedsExplaining"/>.</summary>
    internal static Exception Explain(Exception exception, string verb, string path)
    {
        var message = $"Cannot {verb} '{path}': {exception.Message}";
        return exception switch
        {
            FileNotFoundException => new FileNotFoundException(message, path, exception),
            DirectoryNotFoundException => new DirectoryNotFoundException(message, exception),
            UnauthorizedAccessException => new UnauthorizedAccessException(message, exception),
            _ => new IOException(message, exception) { HResult = exception.HResult },
        };
    }

    private static SafeFileHandle Open(string path, FileMode mode, FileShare share)
    {
        var options = new FileStreamOptions { Mode = mode, Access = FileAccess.ReadWrite, Share = share, BufferSize = 0 };
        if (!OperatingSystem.IsWindows())
        {
            // Given to the kernel with the creation: there is no moment at which others could open the file.
            options.UnixCreateMode = OwnerOnlyFile;
        }

        // The stream is only a way to a handle with a mode; without a buffer it holds nothing, and its finalizer leaves the handle alone.
        return new FileStream(path, options).SafeFileHandle;
    }

    /// <summary>
    /// Takes the lock again, by name. The framework has asked for it already, but takes every refusal other than "held" for a success and can
    /// be told by a setting not to ask at all.
    /// </summary>
    private static bool Flock(SafeFileHandle file, string path)
    {
        while (UnixNative.Flock(file, UnixNative.LockExclusive | UnixNative.LockNonBlocking) < 0)
        {
            var error = Marshal.GetLastPInvokeError();
            if (error == SystemError.WouldBlock)
            {
                return false;
            }

            if (error != SystemError.Interrupted)
            {
                throw SystemError.ToIOException(error, $"lock '{path}'");
            }
        }

        return true;
    }

    private static void ThrowIfDirectory(string path)
    {
        // The framework calls this "access denied", which sends people after permissions.
        if (Directory.Exists(path))
        {
            throw new IOException($"'{path}' is a directory, not a file.");
        }
    }

    /// <summary>Opening a pipe would wait for a writer, for ever if need be. What else is wrong with the path is said by who opens it.</summary>
    private static void ThrowIfPipe(string path)
    {
        if (OperatingSystem.IsWindows())
        {
            return;
        }

        using var file = UnixNative.Open(path, UnixNative.ReadOnly | UnixNative.CloseOnExec | UnixNative.NonBlocking);
        if (file.IsInvalid)
        {
            return;
        }

        using var stream = new FileStream(file, FileAccess.Read, bufferSize: 0);
        if (!stream.CanSeek)
        {
            throw new IOException($"'{path}' is a pipe or a device, not a regular file.");
        }
    }

    private static FileSystemEntry ToEntry(ref System.IO.Enumeration.FileSystemEntry entry)
    {
        var name = entry.FileName.ToString();
        if (entry.IsDirectory)
        {
            return new FileSystemEntry(name, IsDirectory: true, 0);
        }

        if (!entry.Attributes.HasFlag(FileAttributes.ReparsePoint))
        {
            return new FileSystemEntry(name, IsDirectory: false, entry.Length);
        }

        var target = File.ResolveLinkTarget(entry.ToFullPath(), returnFinalTarget: true) as FileInfo;
        return new FileSystemEntry(name, IsDirectory: false, target is { Exists: true } ? target.Length : 0);
    }
}
