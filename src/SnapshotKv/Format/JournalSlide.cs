using System.Buffers;
using System.Buffers.Binary;

namespace SnapshotKv.Format;

/// <summary>A sliding expiry that has moved, as it stands in the body of a frame. Counts only for the entry as that commit left it.</summary>
/// <remarks>
/// <code>
///  0  u64  sequence number of the commit that set the entry; 0 when a restore brought it
///  8  i64  its deadline now, in Unix nanoseconds
/// 16  u32  length of the key
/// 20       the key, then zeros up to a multiple of eight
/// </code>
/// </remarks>
internal static class JournalSlide
{
    public const int HeaderSize = 20;

    /// <summary>The bytes that a slide takes in a body.</summary>
    public static long SizeOf(long keyLength) => (HeaderSize + keyLength + 7) & ~7L;

    public static void Write(IBufferWriter<byte> writer, Record record, long deadline)
    {
        var size = (int)SizeOf(record.KeyLength);
        var target = writer.GetSpan(size)[..size];
        BinaryPrimitives.WriteUInt64LittleEndian(target, record.OwnSequence);
        BinaryPrimitives.WriteInt64LittleEndian(target[8..], deadline);
        BinaryPrimitives.WriteUInt32LittleEndian(target[16..], (uint)record.KeyLength);
        record.Key.CopyTo(target[HeaderSize..]);
        target[(HeaderSize + record.KeyLength)..].Clear();
        writer.Advance(size);
    }

    /// <summary>Takes the first slide of what is left of a body.</summary>
    /// <param name="rest">What is left; behind the slide when it returns.</param>
    /// <param name="sequence">The number of the commit that set the entry.</param>
    /// <param name="deadline">Its deadline in Unix nanoseconds.</param>
    /// <returns>The key.</returns>
    /// <exception cref="JournalDamageException">There is no slide.</exception>
    public static ReadOnlySpan<byte> Read(ref ReadOnlySpan<byte> rest, out ulong sequence, out long deadline)
    {
        if (rest.Length < HeaderSize)
        {
            throw new JournalDamageException($"the last {rest.Length} bytes of a note are too few for a slide");
        }

        sequence = BinaryPrimitives.ReadUInt64LittleEndian(rest);
        deadline = BinaryPrimitives.ReadInt64LittleEndian(rest[8..]);
        var length = BinaryPrimitives.ReadUInt32LittleEndian(rest[16..]);
        if (SizeOf(length) > rest.Length)
        {
            throw new JournalDamageException($"the key of a slide claims {length} bytes, more than its note has left");
        }

        var key = rest.Slice(HeaderSize, (int)length);
        rest = rest[(int)SizeOf(length)..];
        return key;
    }
}
