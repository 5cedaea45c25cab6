using System.Buffers;
using System.Buffers.Binary;

namespace SnapshotKv.Format;

/// <summary>A sliding expiry that has moved, as it stands in the body of a frame. Counts only for the entry as that commit left it.</summary>
/// <remarks>
/// <code>
///  0  u64  sequence number of the commit that set the entry
///  8  i64  its deadline now, in Unix nanoseconds
/// 16  u32  length of the key
/// 20       the key, then zeros up to a multiple of eight
/// </code>
/// </remarks>
internal static class JournalSlide
{
    public const int HeaderSize = 20;

    /// <summary>The bytes that a slide takes in a body.</summary>
    public static long SizeOf(int keyLength) => (HeaderSize + keyLength + 7L) & ~7L;

    public static void Write(IBufferWriter<byte> writer, Record record, long deadline)
    {
        var size = (int)SizeOf(record.KeyLength);
        var target = writer.GetSpan(size)[..size];
        BinaryPrimitives.WriteUInt64LittleEndian(target, record.Sequence);
        BinaryPrimitives.WriteInt64LittleEndian(target[8..], deadline);
        BinaryPrimitives.WriteUInt32LittleEndian(target[16..], (uint)record.KeyLength);
        record.Key.CopyTo(target[HeaderSize..]);
        target[(HeaderSize + record.KeyLength)..].Clear();
        writer.Advance(size);
    }
}
