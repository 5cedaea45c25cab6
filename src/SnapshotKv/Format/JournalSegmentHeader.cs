using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace SnapshotKv.Format;

/// <summary>The first page of a segment of the journal, written and flushed before the segment has a name. docs/formats/journal.md has the layout.</summary>
/// <param name="Ordinal">The segment's place in the order of all; also its name.</param>
/// <param name="Salt">A random number that goes into each frame's mark and checksum.</param>
/// <param name="Size">The file's size.</param>
/// <param name="Continues">The last commit of the state that the opening found which made the segment. It goes on from there, whatever earlier segments hold behind it.</param>
/// <param name="Start">The number after which that opening began to number its commits: its first has the next one. Never less than <paramref name="Continues"/>.</param>
/// <param name="DurableThrough">The last commit that was known to be on the device when the segment was made.</param>
/// <param name="CreatedAt">When, in Unix nanoseconds; for people only.</param>
/// <remarks>
/// <code>
///  0  8 bytes  "SKVJRNL1"
///  8  u32      version of the layout: 1
/// 12  u32      CRC-32C of bytes 16 to 71
/// 16  u64      ordinal
/// 24  u64      salt
/// 32  i64      size
/// 40  u64      continues
/// 48  u64      start
/// 56  u64      durable through
/// 64  i64      created at
/// 72           zeros, up to 4096
/// </code>
/// All numbers are little-endian. The page is never written again, so that tearing what comes behind it cannot harm it.
/// </remarks>
internal readonly record struct JournalSegmentHeader(
    ulong Ordinal, ulong Salt, long Size, ulong Continues, ulong Start, ulong DurableThrough, long CreatedAt)
{
    /// <summary>The header's page; the first frame lies behind it.</summary>
    public const int PageSize = 4096;

    /// <summary>The bytes of the page that say something; zeros lie behind them.</summary>
    public const int Length = 72;

    public const int Version = 1;

    private const int ChecksummedFrom = 16;

    private static ReadOnlySpan<byte> Magic => "SKVJRNL1"u8;

    /// <summary>Writes the page.</summary>
    /// <param name="page">At least <see cref="PageSize"/> bytes.</param>
    public void Write(Span<byte> page)
    {
        page[..PageSize].Clear();
        Magic.CopyTo(page);
        BinaryPrimitives.WriteUInt32LittleEndian(page[8..], Version);
        BinaryPrimitives.WriteUInt64LittleEndian(page[16..], Ordinal);
        BinaryPrimitives.WriteUInt64LittleEndian(page[24..], Salt);
        BinaryPrimitives.WriteInt64LittleEndian(page[32..], Size);
        BinaryPrimitives.WriteUInt64LittleEndian(page[40..], Continues);
        BinaryPrimitives.WriteUInt64LittleEndian(page[48..], Start);
        BinaryPrimitives.WriteUInt64LittleEndian(page[56..], DurableThrough);
        BinaryPrimitives.WriteInt64LittleEndian(page[64..], CreatedAt);
        BinaryPrimitives.WriteUInt32LittleEndian(page[12..], Checksum(page));
    }

    /// <summary>Reads the page.</summary>
    /// <param name="page">What there is of it.</param>
    /// <param name="header">What it says.</param>
    /// <param name="reason">What is wrong with it, when it cannot be read.</param>
    public static bool TryRead(ReadOnlySpan<byte> page, out JournalSegmentHeader header, [NotNullWhen(false)] out string? reason)
    {
        header = default;
        reason = page.Length < Length ? string.Create(CultureInfo.InvariantCulture, $"it has {page.Length} bytes, fewer than a segment's header")
            : !page[..Magic.Length].SequenceEqual(Magic) ? "it does not begin as a segment of a journal does"
            : BinaryPrimitives.ReadUInt32LittleEndian(page[8..]) is not Version and var version
                ? string.Create(CultureInfo.InvariantCulture, $"its layout has version {version}, and this one knows version {Version} only")
            : BinaryPrimitives.ReadUInt32LittleEndian(page[12..]) != Checksum(page) ? "its header does not have the checksum that it was written with"
            : null;
        if (reason is not null)
        {
            return false;
        }

        header = new(
            BinaryPrimitives.ReadUInt64LittleEndian(page[16..]),
            BinaryPrimitives.ReadUInt64LittleEndian(page[24..]),
            BinaryPrimitives.ReadInt64LittleEndian(page[32..]),
            BinaryPrimitives.ReadUInt64LittleEndian(page[40..]),
            BinaryPrimitives.ReadUInt64LittleEndian(page[48..]),
            BinaryPrimitives.ReadUInt64LittleEndian(page[56..]),
            BinaryPrimitives.ReadInt64LittleEndian(page[64..]));
        return true;
    }

    /// <summary>Whether a page that could not be read is that of a later version, and not one of this version in which the number was damaged.</summary>
    public static bool IsOfLaterVersion(ReadOnlySpan<byte> page) =>
        page.Length >= Length && page[..Magic.Length].SequenceEqual(Magic)
        && BinaryPrimitives.ReadUInt32LittleEndian(page[8..]) > Version
        && BinaryPrimitives.ReadUInt32LittleEndian(page[12..]) != Checksum(page);

    private static uint Checksum(ReadOnlySpan<byte> page)
    {
        var checksum = new Crc32C();
        checksum.Append(page[ChecksummedFrom..Length]);
        return checksum.Value;
    }
}
