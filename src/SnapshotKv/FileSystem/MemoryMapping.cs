using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace SnapshotKv.FileSystem;

/// <summary>A range of addresses that stands for a file's bytes, given back to the kernel at the latest when it is garbage. Closing the file leaves it.</summary>
internal sealed class MemoryMapping : SafeHandleMinusOneIsInvalid
{
    private nuint _length;

    /// <summary>Initializes a new instance for the marshaller.</summary>
    public MemoryMapping()
        : base(ownsHandle: true)
    {
    }

    /// <summary>Maps a file from its beginning, for reading and storing; what is stored is the file's.</summary>
    /// <param name="file">Open for reading and writing.</param>
    /// <param name="length">How many bytes; the file has them all.</param>
    /// <param name="path">The file's path, for messages.</param>
    /// <exception cref="IOException">The kernel refused.</exception>
    /// <exception cref="UnauthorizedAccessException">The file is open for reading only.</exception>
    public static MemoryMapping Of(SafeFileHandle file, long length, string path)
    {
        var mapping = UnixNative.Mmap(0, (nuint)length, UnixNative.ProtectRead | UnixNative.ProtectWrite, UnixNative.MapShared, file, 0);
        if (mapping.IsInvalid)
        {
            var error = Marshal.GetLastPInvokeError();
            mapping.Dispose();
            throw SystemError.ToException(error, $"map '{path}' into memory", path);
        }

        mapping._length = (nuint)length;
        return mapping;
    }

    /// <summary>
    /// Before a flush: takes the pages out of the process's address space. What was stored in them is the file's already, and whoever touches one again gets it again. Where they stay, the flush takes the right to
    /// write from each page by itself, and every time interrupts the processors that the process runs on, so that a writer beside it is three times as slow; taken out here, 512 pages cost one interruption.
    /// </summary>
    /// <remarks>Advice: a kernel that does not take it, of locked memory for instance, flushes all the same. Safe beside whoever stores.</remarks>
    public void LetGoOfPages()
    {
        if (!IsClosed)
        {
            _ = UnixNative.Madvise(this, _length, UnixNative.DoNotNeed);
        }
    }

    protected override bool ReleaseHandle() => UnixNative.Munmap(handle, _length) == 0;
}
