using System.Diagnostics.CodeAnalysis;

namespace SnapshotKv.FileSystem;

/// <summary>A file of the operating system as memory.</summary>
/// <remarks>
/// Each call costs its copy and a few comparisons: the address is kept in the open, and the mapping behind it guarded by being alive. That suffices because the
/// caller stores and disposes one after the other.
/// </remarks>
/// <param name="mapping">The mapping; unmapped by <see cref="Dispose"/>.</param>
/// <param name="length">How many bytes it has.</param>
internal sealed unsafe class PhysicalMappedFile(MemoryMapping mapping, long length) : IMappedFile
{
    /// <summary>The first byte; null once disposed.</summary>
    private byte* _start = (byte*)mapping.DangerousGetHandle();

    public void Store(ReadOnlySpan<byte> bytes, long offset)
    {
        bytes.CopyTo(new Span<byte>(At(offset, bytes.Length), bytes.Length));
        GC.KeepAlive(this);
    }

    public void Publish(ulong word, long offset)
    {
        if ((offset & (sizeof(ulong) - 1)) != 0)
        {
            ThrowUnaligned(offset);
        }

        // Eight aligned bytes are one store, and a volatile one comes after all that stand before it.
        Volatile.Write(ref *(ulong*)At(offset, sizeof(ulong)), BitConverter.IsLittleEndian ? word : System.Buffers.Binary.BinaryPrimitives.ReverseEndianness(word));
        GC.KeepAlive(this);
    }

    public void Dispose()
    {
        _start = null;
        mapping.Dispose();
    }

    private byte* At(long offset, int count)
    {
        var start = _start;
        if (start is null)
        {
            ThrowDisposed();
        }

        if ((ulong)offset > (ulong)length || count > length - offset)
        {
            ThrowOutside(offset, count);
        }

        return start + offset;
    }

    [DoesNotReturn]
    private static void ThrowDisposed() => throw new ObjectDisposedException(nameof(PhysicalMappedFile));

    [DoesNotReturn]
    private static void ThrowUnaligned(long offset) =>
        throw new ArgumentOutOfRangeException(nameof(offset), offset, "Only a word at a multiple of eight is stored at once.");

    [DoesNotReturn]
    private void ThrowOutside(long offset, int count) =>
        throw new ArgumentOutOfRangeException(nameof(offset), offset, $"{count} bytes from there do not lie within the {length} that are mapped.");
}
