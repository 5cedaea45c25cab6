using System.Buffers.Binary;
using System.IO.Compression;

namespace SnapshotKv.Format;

/// <summary>
/// The gzip members that our compressed snapshots consist of: ordinary members, each of which tells its sizes in its header, so that several
/// cores can work on a file. Any gzip reader reads the whole and skips what it does not know.
/// </summary>
/// <remarks>
/// <code>
///  0  1f 8b 08 04    gzip, deflate, with an extra field
///  4  6 bytes        no time, level, system: as the compressor wrote them
/// 10  u16            length of the extra field: 16
/// 12  'S' 'K'        id of the subfield
/// 14  u16            length of the subfield: 12
/// 16  u32            length of this member, all of it
/// 20  u32            bytes in it once decompressed
/// 24  u32            index of this member in the file, from 0
/// 28                 deflate data, u32 CRC-32, u32 decompressed length modulo 2^32
/// </code>
/// Little-endian, as gzip is.
/// </remarks>
internal static class GzipMembers
{
    public const int HeaderSize = 28;

    /// <summary>The most bytes that go into one member.</summary>
    public const int InputSize = 1 << 20;

    private const int PlainHeaderSize = 10;
    private const int TrailerSize = 8;

    /// <summary>What no member of ours exceeds: deflate makes stored blocks of what it cannot shrink, at a few bytes for each 16 KiB or more.</summary>
    private const int LargestMember = InputSize + (InputSize >> 8) + 1024;
    private const int LengthAt = 16, ExpandedLengthAt = 20, IndexAt = 24;

    private static ReadOnlySpan<byte> Magic => [0x1f, 0x8b];

    private static ReadOnlySpan<byte> Start => [0x1f, 0x8b, 0x08, 0x04];

    private static ReadOnlySpan<byte> Subfield => [16, 0, (byte)'S', (byte)'K', 12, 0];

    /// <summary>Whether a file that begins like this is gzip.</summary>
    public static bool IsGzip(ReadOnlySpan<byte> start) => start.StartsWith(Magic);

    /// <summary>Whether a member that begins like this has our subfield; false also when there are fewer bytes than a header has.</summary>
    public static bool TryReadHeader(ReadOnlySpan<byte> start, out GzipMemberHeader header)
    {
        header = default;
        if (start.Length < HeaderSize || !start.StartsWith(Start) || !start[PlainHeaderSize..].StartsWith(Subfield))
        {
            return false;
        }

        header = new(
            BinaryPrimitives.ReadUInt32LittleEndian(start[LengthAt..]),
            BinaryPrimitives.ReadUInt32LittleEndian(start[ExpandedLengthAt..]),
            BinaryPrimitives.ReadUInt32LittleEndian(start[IndexAt..]));
        return header.Length is >= HeaderSize + TrailerSize and <= LargestMember && header.ExpandedLength <= InputSize;
    }

    /// <summary>Compresses up to <see cref="InputSize"/> bytes and appends the member; its index is still to be set.</summary>
    public static void Append(MemoryStream output, ReadOnlySpan<byte> input)
    {
        // The compressor writes its ten bytes of header; ours begins earlier by what goes in between.
        var start = (int)output.Position;
        output.Position = start + HeaderSize - PlainHeaderSize;
        using (var gzip = new GZipStream(output, CompressionLevel.Fastest, leaveOpen: true))
        {
            gzip.Write(input);
        }

        var member = output.GetBuffer().AsSpan(start, (int)output.Position - start);
        member.Slice(HeaderSize - PlainHeaderSize, PlainHeaderSize).CopyTo(member);
        Start.CopyTo(member);
        Subfield.CopyTo(member[PlainHeaderSize..]);
        BinaryPrimitives.WriteUInt32LittleEndian(member[LengthAt..], (uint)member.Length);
        BinaryPrimitives.WriteUInt32LittleEndian(member[ExpandedLengthAt..], (uint)input.Length);
    }

    /// <summary>Gives the first member its index, and returns its length.</summary>
    public static int SetIndex(Span<byte> members, uint index)
    {
        BinaryPrimitives.WriteUInt32LittleEndian(members[IndexAt..], index);
        return (int)BinaryPrimitives.ReadUInt32LittleEndian(members[LengthAt..]);
    }
}
