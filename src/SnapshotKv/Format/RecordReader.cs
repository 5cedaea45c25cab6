using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text.Unicode;

namespace SnapshotKv.Format;

/// <summary>
/// Makes records of bytes that a journal brings. A checksum tells that bytes are as they were written, not who wrote them: everything that other code
/// relies on without looking is looked at here, as strictly as what comes from a snapshot.
/// </summary>
internal static class RecordReader
{
    private const RecordFlags KnownFlags =
        RecordFlags.Json | RecordFlags.Sliding | RecordFlags.Cap | RecordFlags.Blob | RecordFlags.Tags | RecordFlags.OpaqueKey;

    /// <summary>Copies a record, and gives it its number.</summary>
    /// <param name="bytes">The record as it stands in the journal.</param>
    /// <param name="sequence">The number of the commit it is in.</param>
    /// <exception cref="JournalDamageException">The bytes are no record.</exception>
    public static Record Read(ReadOnlySpan<byte> bytes, ulong sequence)
    {
        CheckLengths(bytes);
        var record = new Record(bytes.ToArray());
        record.SetSequence(sequence);
        CheckParts(record);
        if ((record.Flags & RecordFlags.Sliding) != 0)
        {
            // The lowest bit of a sliding deadline is a mark of the process that wrote it.
            MemoryMarshal.Write(record.Bytes, record.Deadline & ~1L);
        }

        return record;
    }

    /// <summary>Follows the lengths from one part to the next: they must end where the bytes do.</summary>
    private static void CheckLengths(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length < Record.HeaderSize)
        {
            throw new JournalDamageException($"a record has {bytes.Length} bytes, fewer than its header of {Record.HeaderSize}");
        }

        var valueLength = MemoryMarshal.Read<uint>(bytes[Record.ValueLengthOffset..]);
        var keyWord = MemoryMarshal.Read<uint>(bytes[Record.KeyLengthOffset..]);
        var flags = (RecordFlags)(keyWord >> 24);
        if ((flags & ~KnownFlags) != 0)
        {
            throw new JournalDamageException($"a record has the flags {(byte)flags:x2}, not all of which are known");
        }

        var rest = (long)bytes.Length - Record.HeaderSize - (keyWord & Record.LongestKey) - valueLength;
        rest -= (flags & RecordFlags.Sliding) != 0 ? sizeof(long) : 0;
        rest -= (flags & RecordFlags.Cap) != 0 ? sizeof(long) : 0;
        if ((flags & RecordFlags.Blob) != 0)
        {
            rest -= sizeof(ushort);
            rest -= rest < 0 ? 0 : MemoryMarshal.Read<ushort>(bytes[^((int)rest + sizeof(ushort))..]);
        }

        if ((flags & RecordFlags.Tags) != 0)
        {
            rest -= sizeof(uint);
            rest -= rest < 0 ? 0 : MemoryMarshal.Read<uint>(bytes[^((int)rest + sizeof(uint))..]);
        }

        if (rest != 0)
        {
            throw new JournalDamageException($"a record has {bytes.Length} bytes, which are not what the lengths of its parts come to");
        }
    }

    /// <summary>Checks the parts, which lie where they should.</summary>
    private static void CheckParts(Record record)
    {
        var flags = record.Flags;
        if (record.SlidingWindow < 0 || ((flags & RecordFlags.Sliding) != 0 && (record.SlidingWindow == 0 || (record.Deadline & ~1L) == 0)))
        {
            throw new JournalDamageException($"a record has the sliding window {record.SlidingWindow} and the deadline {record.Deadline}, which do not go together");
        }

        if ((flags & RecordFlags.Cap) != 0 && record.Cap == 0)
        {
            throw new JournalDamageException("a record has a cap of its expiry that is none");
        }

        if ((flags & RecordFlags.Blob) != 0 && record.BlobReference.IsEmpty)
        {
            throw new JournalDamageException("a record has an empty blob reference");
        }

        if (Utf8.IsValid(record.Key) == ((flags & RecordFlags.OpaqueKey) != 0))
        {
            throw new JournalDamageException("a record does not say rightly whether its key is UTF-8");
        }

        CheckTags(record);
        if (!(record.Format == KvFormat.Json ? JsonMeasure.IsOneValue(record.Value) : MessagePackMeasure.IsOneValue(record.Value)))
        {
            throw new JournalDamageException($"the value of a record is not exactly one {record.Format} value");
        }
    }

    private static void CheckTags(Record record)
    {
        var tags = record.Tags;
        if (tags.IsEmpty && (record.Flags & RecordFlags.Tags) != 0)
        {
            throw new JournalDamageException("a record has an empty list of tags");
        }

        while (!tags.IsEmpty)
        {
            if (tags.Length < sizeof(ushort) || BinaryPrimitives.ReadUInt16LittleEndian(tags) is var length && tags.Length < sizeof(ushort) + length)
            {
                throw new JournalDamageException("the tags of a record are longer than their list");
            }

            tags = tags[(sizeof(ushort) + length)..];
        }
    }
}
