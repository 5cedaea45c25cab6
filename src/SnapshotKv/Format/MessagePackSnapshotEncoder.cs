using System.Buffers;
using System.Buffers.Binary;
using System.Runtime.InteropServices;
using SnapshotKv.MessagePack;

namespace SnapshotKv.Format;

/// <summary>Writes Go's MessagePack snapshot, version 2 as v0.3.0 means it, with our fields beside Go's.</summary>
/// <remarks>
/// <code>
/// 87 … 89                               map of 7, or as many more as there are of blobs and serializers
///   a7 "version"     02
///   aa "created_at"  timestamp          extension -1, shortest layout
///   a8 "sequence"    u64                shortest integer
///   a7 "entries"     n                  shortest integer
///   a6 "reason"      str                SaveReasonText has them
///   a4 "data"        map of n           80|n, de u16 or df u32
///     key            str                shortest head, the bytes as they are
///     83 … 86                           map of 3, or as many more as there are of the last three
///       a5 "value"           bin        one MessagePack value
///       aa "expires_at"      d3 i64     Unix nanoseconds, 0 = never
///       a8 "blob_ref"        str        empty = none
///       ae "sliding_window"  d3 i64     nanoseconds, only when not 0
///       ac "absolute_cap"    d3 i64     Unix nanoseconds, only when not 0
///       a4 "tags"            array      of str, only when there are any
///   a5 "blobs"       array              only when there are any
///     93                                id as str of 36, created and retired as shortest integers
///   ab "serializers" map                only when there are any: prefix as str, name as str
///   a8 "checksum"    ce u32             CRC-32C of all bytes before a8
/// </code>
/// Numbers are big-endian.
/// </remarks>
internal sealed class MessagePackSnapshotEncoder : SnapshotEncoder
{
    public static readonly MessagePackSnapshotEncoder Instance = new();

    // Heads and names of an entry together are below this, tags left aside.
    private const int LargestOverhead = 128;
    private const int GoFieldCount = 3;
    private const int OwnFieldCount = 7;
    private const int GuidTextLength = 36;

    private MessagePackSnapshotEncoder()
    {
    }

    public override byte[] GetPrologue(in SnapshotContents contents, int count)
    {
        var output = new ArrayBufferWriter<byte>();
        var writer = new MessagePackWriter(output);
        writer.WriteMapHead(OwnFieldCount + (contents.Extras is { Blobs.Count: > 0 } ? 1 : 0) + (contents.Extras is { Serializers.Count: > 0 } ? 1 : 0));
        writer.WriteString(SnapshotFields.Version);
        writer.WriteUInt64(2);
        writer.WriteString(SnapshotFields.CreatedAt);
        writer.WriteTimestamp(MessagePackTimestamp.FromDateTimeOffset(contents.CreatedAt));
        writer.WriteString(SnapshotFields.Sequence);
        writer.WriteUInt64(contents.Sequence);
        writer.WriteString(SnapshotFields.Entries);
        writer.WriteUInt64((ulong)count);
        writer.WriteString(SnapshotFields.Reason);
        writer.WriteString(SaveReasonText.ToText(contents.Reason));
        writer.WriteString(SnapshotFields.Data);
        writer.WriteMapHead(count);
        writer.Flush();
        return output.WrittenSpan.ToArray();
    }

    // A tag's length takes two bytes in the record and up to three in the file.
    public override long GetLargestSize(Record record) => record.Bytes!.Length + (record.Tags.Length / 2L) + LargestOverhead;

    public override int WriteEntry(Record record, bool isFirst, Span<byte> destination)
    {
        const RecordFlags Extras = RecordFlags.Sliding | RecordFlags.Cap | RecordFlags.Tags;
        var rest = destination;
        PutString(ref rest, record.Key);
        var extras = record.Flags & Extras;
        rest[0] = (byte)(0x80 | (GoFieldCount + int.PopCount((int)extras)));
        rest = rest[1..];
        Put(ref rest, EntryLayout.Value);
        PutBinary(ref rest, record.Value);
        Put(ref rest, EntryLayout.ExpiresAt);
        PutInt64(ref rest, record.Deadline);
        Put(ref rest, EntryLayout.BlobReference);
        PutString(ref rest, record.BlobReference);
        if (extras != 0)
        {
            PutExtras(ref rest, record);
        }

        return destination.Length - rest.Length;
    }

    public override byte[] GetClosing(in SnapshotContents contents)
    {
        if (contents.Extras is not { } extras)
        {
            return [];
        }

        var output = new ArrayBufferWriter<byte>();
        var writer = new MessagePackWriter(output);
        if (extras.Blobs.Count > 0)
        {
            Span<byte> id = stackalloc byte[GuidTextLength];
            writer.WriteString(SnapshotFields.Blobs);
            writer.WriteArrayHead(extras.Blobs.Count);
            foreach (var blob in extras.Blobs)
            {
                blob.Id.TryFormat(id, out _, "D");
                writer.WriteArrayHead(3);
                writer.WriteString(id);
                writer.WriteUInt64(blob.Created);
                writer.WriteUInt64(blob.Retired);
            }
        }

        if (extras.Serializers.Count > 0)
        {
            writer.WriteString(SnapshotFields.Serializers);
            writer.WriteMapHead(extras.Serializers.Count);
            foreach (var (prefix, name) in extras.Serializers.OrderBy(pair => pair.Key, StringComparer.Ordinal))
            {
                writer.WriteString(prefix);
                writer.WriteString(name);
            }
        }

        writer.Flush();
        return output.WrittenSpan.ToArray();
    }

    public override byte[] GetChecksumField(uint checksum)
    {
        byte[] field = [0xa8, .. SnapshotFields.Checksum, 0xce, 0, 0, 0, 0];
        BinaryPrimitives.WriteUInt32BigEndian(field.AsSpan(field.Length - sizeof(uint)), checksum);
        return field;
    }

    private static void PutExtras(ref Span<byte> rest, Record record)
    {
        if ((record.Flags & RecordFlags.Sliding) != 0)
        {
            Put(ref rest, EntryLayout.SlidingWindow);
            PutInt64(ref rest, record.SlidingWindow);
        }

        if ((record.Flags & RecordFlags.Cap) != 0)
        {
            Put(ref rest, EntryLayout.AbsoluteCap);
            PutInt64(ref rest, record.Cap);
        }

        if ((record.Flags & RecordFlags.Tags) != 0)
        {
            Put(ref rest, EntryLayout.Tags);
            PutTags(ref rest, record.Tags);
        }
    }

    private static void PutTags(ref Span<byte> rest, ReadOnlySpan<byte> tags)
    {
        var count = 0;
        for (var left = tags; !left.IsEmpty; count++)
        {
            left = left[(sizeof(ushort) + MemoryMarshal.Read<ushort>(left))..];
        }

        rest[0] = 0xdd;
        BinaryPrimitives.WriteInt32BigEndian(rest[1..], count);
        rest = rest[5..];
        while (!tags.IsEmpty)
        {
            var length = MemoryMarshal.Read<ushort>(tags);
            PutString(ref rest, tags.Slice(sizeof(ushort), length));
            tags = tags[(sizeof(ushort) + length)..];
        }
    }

    private static void Put(ref Span<byte> rest, scoped ReadOnlySpan<byte> bytes)
    {
        bytes.CopyTo(rest);
        rest = rest[bytes.Length..];
    }

    private static void PutInt64(ref Span<byte> rest, long value)
    {
        BinaryPrimitives.WriteInt64BigEndian(rest, value);
        rest = rest[sizeof(long)..];
    }

    private static void PutString(ref Span<byte> rest, scoped ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length < 32)
        {
            rest[0] = (byte)(0xa0 | bytes.Length);
            rest = rest[1..];
        }
        else
        {
            PutLongHead(ref rest, 0xd9, bytes.Length);
        }

        Put(ref rest, bytes);
    }

    private static void PutBinary(ref Span<byte> rest, scoped ReadOnlySpan<byte> bytes)
    {
        PutLongHead(ref rest, 0xc4, bytes.Length);
        Put(ref rest, bytes);
    }

    /// <summary>Writes a head of 8, 16 or 32 bits; the codes of the three follow each other.</summary>
    private static void PutLongHead(ref Span<byte> rest, byte code8, int length)
    {
        switch (length)
        {
            case <= byte.MaxValue:
                rest[0] = code8;
                rest[1] = (byte)length;
                rest = rest[2..];
                break;
            case <= ushort.MaxValue:
                rest[0] = (byte)(code8 + 1);
                BinaryPrimitives.WriteUInt16BigEndian(rest[1..], (ushort)length);
                rest = rest[3..];
                break;
            default:
                rest[0] = (byte)(code8 + 2);
                BinaryPrimitives.WriteInt32BigEndian(rest[1..], length);
                rest = rest[5..];
                break;
        }
    }
}
