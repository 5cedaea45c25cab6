using System.Buffers;
using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using SnapshotKv.FileSystem;
using SnapshotKv.Format;

namespace SnapshotKv.Journal;

/// <summary>A file of the journal that this opening made, and that frames are appended to.</summary>
/// <remarks>
/// Appending is guarded by the commit gate. <see cref="Flush"/> may run beside it; what was appended before it began is on the device when it returns. Closing comes when no
/// more is appended.
/// </remarks>
internal sealed class JournalSegment(JournalSegmentHeader header, string path, IFileHandle file, IMappedFile? map) : IDisposable
{
    /// <summary>A frame up to this is written by one call, so that it needs to be in one piece.</summary>
    private const int LargestInOneWrite = 1 << 20;

    private long _position = JournalSegmentHeader.PageSize;

    public ulong Ordinal => header.Ordinal;

    public string Path { get; } = path;

    public long Size => header.Size;

    /// <summary>The number of its last frame; while it has none, the one behind which the opening begins: snapshots that lie before that need the segment.</summary>
    public ulong LastSequence { get; private set; } = header.Start;

    /// <summary>The bytes that are in use.</summary>
    public long Used => _position;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool HasRoomFor(long frameSize) => _position + frameSize <= Size;

    /// <summary>Appends a frame, for which there is room. When it returns, the kernel has it.</summary>
    /// <param name="frame">The frame; its body is the two parts.</param>
    /// <param name="head">The first part, at most eight bytes.</param>
    /// <param name="rest">The second part; up to seven bytes of zeros behind it belong to the body, too.</param>
    /// <param name="bodyChecksum">CRC-32C of the body.</param>
    /// <param name="isDirect">Whether it is written by a call although the file is mapped: a flush of what was stored by a mapping takes longer.</param>
    /// <exception cref="IOException">The kernel did not take it; how much of it is in the file is unknown.</exception>
    public void Append(in JournalFrame frame, ReadOnlySpan<byte> head, ReadOnlySpan<byte> rest, uint bodyChecksum, bool isDirect)
    {
        Span<byte> first = stackalloc byte[JournalFrame.HeaderSize + sizeof(ulong)];
        first = first[..(JournalFrame.HeaderSize + head.Length)];
        frame.Write(first, header.Salt, bodyChecksum);
        head.CopyTo(first[JournalFrame.HeaderSize..]);
        if (map is null || isDirect)
        {
            Write(first, rest);
        }
        else
        {
            // The first word last: whoever finds it there finds the rest.
            map.Store(first[sizeof(ulong)..], _position + sizeof(ulong));
            map.Store(rest, _position + first.Length);
            map.Publish(BinaryPrimitives.ReadUInt64LittleEndian(first), _position);
        }

        _position += frame.Size;
        LastSequence = frame.Sequence;
    }

    /// <summary>Returns when all that was appended before the call is on the device.</summary>
    /// <exception cref="IOException">The device did not take it; what it holds is unknown.</exception>
    public void Flush() => file.FlushData();

    public void Dispose()
    {
        map?.Dispose();
        file.Dispose();
    }

    private void Write(ReadOnlySpan<byte> first, ReadOnlySpan<byte> rest)
    {
        var size = first.Length + rest.Length;
        if (size > LargestInOneWrite)
        {
            file.Write(rest, _position + first.Length);
            file.Write(first, _position);
            return;
        }

        var buffer = ArrayPool<byte>.Shared.Rent(size);
        first.CopyTo(buffer);
        rest.CopyTo(buffer.AsSpan(first.Length));
        file.Write(buffer.AsSpan(0, size), _position);
        ArrayPool<byte>.Shared.Return(buffer);
    }
}
