using System.Buffers;
using System.Buffers.Binary;
using System.Numerics;
using System.Runtime.InteropServices;

namespace SnapshotKv.Format;

/// <summary>One key's part in a commit, as it stands in the body of a frame.</summary>
/// <remarks>
/// <code>
///  0  u32  length of what follows the eight bytes, without padding
///  4  u32  1 = set, 2 = remove
///  8       set: the <see cref="Record"/> with its sequence number 0, since the frame has it; remove: the key
///          zeros up to a multiple of eight
/// </code>
/// </remarks>
internal static class JournalChange
{
    public const int HeaderSize = 8;

    public const uint Set = 1, Remove = 2;

    /// <summary>The bytes that a change takes in a body.</summary>
    public static long SizeOf(long length) => HeaderSize + ((length + 7) & ~7L);

    /// <summary>The eight bytes before a record that is set, as one number.</summary>
    public static ulong SetHeader(Record record) => (uint)record.Bytes!.Length | ((ulong)Set << 32);

    /// <summary>CRC-32C of the body of a frame that sets one key.</summary>
    public static uint SetChecksum(Record record)
    {
        var state = BitOperations.Crc32C(uint.MaxValue, SetHeader(record));
        ReadOnlySpan<byte> bytes = record.Bytes;
        foreach (var word in MemoryMarshal.Cast<byte, ulong>(bytes))
        {
            state = BitOperations.Crc32C(state, word);
        }

        var tail = bytes[(bytes.Length & ~7)..];
        if (!tail.IsEmpty)
        {
            // With the zeros behind it, which belong to the body.
            Span<byte> last = stackalloc byte[sizeof(ulong)];
            last.Clear();
            tail.CopyTo(last);
            state = BitOperations.Crc32C(state, BinaryPrimitives.ReadUInt64LittleEndian(last));
        }

        return ~state;
    }

    /// <summary>Writes a key that is set.</summary>
    /// <param name="writer">Where to.</param>
    /// <param name="record">The record; its sequence number must not be there yet.</param>
    public static void WriteSet(IBufferWriter<byte> writer, Record record) => Write(writer, Set, record.Bytes);

    /// <summary>Writes a key that is removed.</summary>
    public static void WriteRemove(IBufferWriter<byte> writer, ReadOnlySpan<byte> key) => Write(writer, Remove, key);

    /// <summary>Takes the first change of what is left of a body.</summary>
    /// <param name="rest">What is left; behind the change when it returns.</param>
    /// <param name="kind"><see cref="Set"/> or <see cref="Remove"/>.</param>
    /// <returns>The record's bytes, not checked yet, or the key.</returns>
    /// <exception cref="JournalDamageException">There is no change.</exception>
    public static ReadOnlySpan<byte> Read(ref ReadOnlySpan<byte> rest, out uint kind)
    {
        if (rest.Length < HeaderSize)
        {
            throw new JournalDamageException($"the last {rest.Length} bytes of a commit are too few for a change");
        }

        var length = BinaryPrimitives.ReadUInt32LittleEndian(rest);
        kind = BinaryPrimitives.ReadUInt32LittleEndian(rest[4..]);
        if (kind is not (Set or Remove))
        {
            throw new JournalDamageException($"a change is of the kind {kind}, which is unknown");
        }

        if (SizeOf(length) > rest.Length)
        {
            throw new JournalDamageException($"a change claims {length} bytes, more than its commit has left");
        }

        var bytes = rest.Slice(HeaderSize, (int)length);
        rest = rest[(int)SizeOf(length)..];
        return bytes;
    }

    private static void Write(IBufferWriter<byte> writer, uint kind, ReadOnlySpan<byte> bytes)
    {
        var size = checked((int)SizeOf(bytes.Length));
        var target = writer.GetSpan(size)[..size];
        BinaryPrimitives.WriteUInt32LittleEndian(target, (uint)bytes.Length);
        BinaryPrimitives.WriteUInt32LittleEndian(target[4..], kind);
        bytes.CopyTo(target[HeaderSize..]);
        target[(HeaderSize + bytes.Length)..].Clear();
        writer.Advance(size);
    }
}
