using System.Buffers.Binary;
using System.Numerics;

namespace SnapshotKv.Format;

/// <summary>The header of a frame: one commit in the journal, or a note between two. docs/formats/journal.md has the layout.</summary>
/// <param name="Kind">What it is.</param>
/// <param name="Sequence">The commit's number; a note's is that of the last commit before it.</param>
/// <param name="DurableThrough">The last commit that was known to be on the device when the frame was written.</param>
/// <param name="BodyLength">The bytes behind the header, without what pads them to a multiple of eight.</param>
/// <remarks>
/// <code>
///  0  u32  length of the body; published last, together with the mark: until then these eight bytes are 0
///  4  u32  mark: the segment's salt and a constant, so never 0, and never that of another segment's frame
///  8  u64  sequence number
/// 16  u64  durable through
/// 24  u32  kind
/// 28  u32  CRC-32C of: salt, the first 24 bytes, kind, CRC-32C of the body
/// 32       the body, padded with zeros
/// </code>
/// All numbers are little-endian.
/// </remarks>
internal readonly record struct JournalFrame(JournalFrameKind Kind, ulong Sequence, ulong DurableThrough, int BodyLength)
{
    public const int HeaderSize = 32;

    /// <summary>Frames begin at multiples of this.</summary>
    public const int Alignment = 8;

    /// <summary>The longest body: what an array can hold, with its header and its padding.</summary>
    public static readonly int LongestBody = (Array.MaxLength & ~(Alignment - 1)) - HeaderSize - Alignment;

    private const uint Magic = 0x4652_4D31;

    /// <summary>Whether the frame is a commit of its own.</summary>
    public bool IsCommit => Kind is not (JournalFrameKind.Slides or JournalFrameKind.Claims);

    /// <summary>The bytes a frame takes in a segment.</summary>
    public long Size => SizeOf(BodyLength);

    /// <summary>The eight bytes that a frame begins with, and that are stored last.</summary>
    public static ulong Word(int bodyLength, ulong salt) => (uint)bodyLength | ((ulong)MarkOf(salt) << 32);

    /// <summary>The bytes that a frame with such a body takes in a segment.</summary>
    public static long SizeOf(long bodyLength) => (HeaderSize + bodyLength + Alignment - 1) & ~(Alignment - 1L);

    /// <summary>Writes the header, its first eight bytes included.</summary>
    /// <param name="header">At least <see cref="HeaderSize"/> bytes.</param>
    /// <param name="salt">The segment's.</param>
    /// <param name="bodyChecksum">CRC-32C of the body.</param>
    public void Write(Span<byte> header, ulong salt, uint bodyChecksum)
    {
        BinaryPrimitives.WriteUInt64LittleEndian(header, Word(BodyLength, salt));
        BinaryPrimitives.WriteUInt64LittleEndian(header[8..], Sequence);
        BinaryPrimitives.WriteUInt64LittleEndian(header[16..], DurableThrough);
        BinaryPrimitives.WriteUInt32LittleEndian(header[24..], (uint)Kind);
        BinaryPrimitives.WriteUInt32LittleEndian(header[28..], Checksum(salt, bodyChecksum));
    }

    /// <summary>Reads a header, which is to be believed only once <see cref="Matches"/> says so of its body.</summary>
    /// <param name="header">At least <see cref="HeaderSize"/> bytes.</param>
    /// <param name="salt">The segment's.</param>
    /// <param name="frame">What it says.</param>
    /// <returns>Whether it begins as a frame of this segment does.</returns>
    public static bool TryRead(ReadOnlySpan<byte> header, ulong salt, out JournalFrame frame)
    {
        var word = BinaryPrimitives.ReadUInt64LittleEndian(header);
        if ((uint)(word >> 32) != MarkOf(salt) || (uint)word > (uint)LongestBody)
        {
            frame = default;
            return false;
        }

        frame = new(
            (JournalFrameKind)BinaryPrimitives.ReadUInt32LittleEndian(header[24..]),
            BinaryPrimitives.ReadUInt64LittleEndian(header[8..]),
            BinaryPrimitives.ReadUInt64LittleEndian(header[16..]),
            (int)(uint)word);
        return true;
    }

    /// <summary>Whether header and body are as they were written.</summary>
    /// <param name="header">The bytes that the frame was read from.</param>
    /// <param name="salt">The segment's.</param>
    /// <param name="bodyChecksum">CRC-32C of the body as it was read.</param>
    public bool Matches(ReadOnlySpan<byte> header, ulong salt, uint bodyChecksum) =>
        BinaryPrimitives.ReadUInt32LittleEndian(header[28..]) == Checksum(salt, bodyChecksum);

    private static uint MarkOf(ulong salt) => ((uint)(salt ^ (salt >> 32)) ^ Magic) | 1;

    private uint Checksum(ulong salt, uint bodyChecksum)
    {
        var state = BitOperations.Crc32C(uint.MaxValue, salt);
        state = BitOperations.Crc32C(state, Word(BodyLength, salt));
        state = BitOperations.Crc32C(state, Sequence);
        state = BitOperations.Crc32C(state, DurableThrough);
        return ~BitOperations.Crc32C(state, (uint)Kind | ((ulong)bodyChecksum << 32));
    }
}
