using System.Runtime.InteropServices;

namespace SnapshotKv.Testing;

/// <summary>One write that no flush has made durable.</summary>
/// <param name="Offset">Where the bytes belong.</param>
/// <param name="Length">How many they are.</param>
/// <param name="Bytes">They, never changed again; empty when all of them are zeros.</param>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct UnflushedWrite(long Offset, int Length, ReadOnlyMemory<byte> Bytes)
{
    /// <summary>Where the bytes end.</summary>
    public long End => Offset + Length;

    /// <summary>Writes it to a file.</summary>
    public void ApplyTo(PagedBytes contents) => ApplyTo(contents, Offset, Length);

    /// <summary>Writes a part of it.</summary>
    /// <param name="contents">Where to.</param>
    /// <param name="offset">Where the part begins in the file; not before <see cref="Offset"/>.</param>
    /// <param name="count">How many bytes it has, within this write.</param>
    public void ApplyTo(PagedBytes contents, long offset, int count)
    {
        if (count == 0)
        {
            return;
        }

        if (Bytes.IsEmpty)
        {
            contents.Clear(offset, count);
        }
        else
        {
            contents.Write(Bytes.Span.Slice((int)(offset - Offset), count), offset);
        }
    }
}
