using System.Diagnostics.CodeAnalysis;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace SnapshotKv.FileSystem;

/// <summary>A file of the operating system.</summary>
[SuppressMessage("ApiDesign", "RS0030:Do not use banned APIs", Justification = "This folder is the one that touches files.")]
internal sealed class PhysicalFileHandle : IFileHandle
{
    private readonly SafeFileHandle _file;
    private readonly string _path;

    /// <summary>What <see cref="TryMap"/> gave, which its taker disposes.</summary>
    private MemoryMapping? _mapping;

    /// <summary>Initializes a new instance that owns an open file.</summary>
    /// <param name="file">The open file; closed by <see cref="Dispose"/>.</param>
    /// <param name="path">Its path, for messages.</param>
    public PhysicalFileHandle(SafeFileHandle file, string path)
    {
        _file = file;
        _path = path;
    }

    public long Length
    {
        get
        {
            try
            {
                return RandomAccess.GetLength(_file);
            }
            catch (Exception exception) when (PhysicalFileSystem.NeedsExplaining(exception, _path))
            {
                throw PhysicalFileSystem.Explain(exception, "ask the size of", _path);
            }
        }
    }

    public int Read(Span<byte> buffer, long offset)
    {
        try
        {
            // The kernel may give less than it was asked for, a signal or a network file system being enough of a reason.
            var total = 0;
            while (total < buffer.Length)
            {
                var read = RandomAccess.Read(_file, buffer[total..], offset + total);
                if (read == 0)
                {
                    break;
                }

                total += read;
            }

            return total;
        }
        catch (Exception exception) when (PhysicalFileSystem.NeedsExplaining(exception, _path))
        {
            throw PhysicalFileSystem.Explain(exception, "read", _path);
        }
    }

    public async ValueTask<int> ReadAsync(Memory<byte> buffer, long offset, CancellationToken cancellationToken)
    {
        try
        {
            var total = 0;
            while (total < buffer.Length)
            {
                var read = await RandomAccess.ReadAsync(_file, buffer[total..], offset + total, cancellationToken).ConfigureAwait(false);
                if (read == 0)
                {
                    break;
                }

                total += read;
            }

            return total;
        }
        catch (Exception exception) when (PhysicalFileSystem.NeedsExplaining(exception, _path))
        {
            throw PhysicalFileSystem.Explain(exception, "read", _path);
        }
    }

    public void Write(ReadOnlySpan<byte> bytes, long offset)
    {
        try
        {
            // Loops over short writes itself.
            RandomAccess.Write(_file, bytes, offset);
        }
        catch (Exception exception) when (PhysicalFileSystem.NeedsExplaining(exception, _path))
        {
            throw PhysicalFileSystem.Explain(exception, "write", _path);
        }
    }

    public async ValueTask WriteAsync(ReadOnlyMemory<byte> bytes, long offset, CancellationToken cancellationToken)
    {
        try
        {
            await RandomAccess.WriteAsync(_file, bytes, offset, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception exception) when (PhysicalFileSystem.NeedsExplaining(exception, _path))
        {
            throw PhysicalFileSystem.Explain(exception, "write", _path);
        }
    }

    public void Flush() => Flush(_file, _path);

    public void FlushData()
    {
        _mapping?.LetGoOfPages();
        Flush(_file, _path, isDataOnly: true);
    }

    public IMappedFile? TryMap()
    {
        var length = Length;
        if (!MappableMount.Holds(_file))
        {
            return null;
        }

        _mapping = MemoryMapping.Of(_file, length, _path);
        return new PhysicalMappedFile(_mapping, length);
    }

    public void Dispose() => _file.Dispose();

    /// <summary>Flushes an open file or directory; any answer but success and an interruption is an error.</summary>
    internal static void Flush(SafeFileHandle file, string path, bool isDataOnly = false)
    {
        if (OperatingSystem.IsWindows())
        {
            if (!WindowsNative.FlushFileBuffers(file))
            {
                throw SystemError.ToIOException(Marshal.GetLastPInvokeError(), $"flush '{path}' to the device");
            }

            return;
        }

        while (FlushOnce(file, isDataOnly) < 0)
        {
            var error = Marshal.GetLastPInvokeError();
            if (error != SystemError.Interrupted)
            {
                throw SystemError.ToIOException(error, $"flush '{path}' to the device");
            }
        }
    }

    private static int FlushOnce(SafeFileHandle file, bool isDataOnly) =>
        OperatingSystem.IsMacOS() ? UnixNative.Fcntl(file, UnixNative.FullFsync)
        : isDataOnly ? UnixNative.FdataSync(file)
        : UnixNative.Fsync(file);
}
