using System.Buffers;
using System.Buffers.Binary;
using System.Buffers.Text;
using System.Runtime.CompilerServices;
using SnapshotKv.MessagePack;

namespace SnapshotKv.Format;

/// <summary>
/// How a value of plain bytes is kept: in MessagePack as a <c>bin</c>, in JSON as base64 text, so that Go reads it as <c>[]byte</c> or as the
/// base64 string that its own JSON codec makes of one.
/// </summary>
internal static class ByteValue
{
    private const byte Binary8 = 0xc4;

    /// <summary>The length of the encoded value.</summary>
    public static int EncodedLength(KvFormat format, int length) => format == KvFormat.Json
        ? checked(2 + Base64.GetMaxEncodedToUtf8Length(length))
        : checked(BinaryHeadSize(length) + length);

    /// <summary>Writes the encoded value; the target has exactly its length.</summary>
    public static void Encode(KvFormat format, ReadOnlySpan<byte> bytes, Span<byte> target)
    {
        if (format == KvFormat.Json)
        {
            EncodeJson(bytes, target);
        }
        else
        {
            bytes.CopyTo(target[WriteBinaryHead(bytes.Length, target)..]);
        }
    }

    /// <summary>Writes the encoded value; the target has exactly its length.</summary>
    public static void Encode(KvFormat format, in ReadOnlySequence<byte> bytes, Span<byte> target)
    {
        if (bytes.IsSingleSegment)
        {
            Encode(format, bytes.FirstSpan, target);
        }
        else if (format == KvFormat.Json)
        {
            // Base64 works on groups of three bytes, which segments need not keep to.
            EncodeJson(bytes.ToArray(), target);
        }
        else
        {
            bytes.CopyTo(target[WriteBinaryHead((int)bytes.Length, target)..]);
        }
    }

    /// <summary>Finds the bytes in a record whose value is a MessagePack <c>bin</c>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool TryGetBinary(Record record, out ReadOnlySpan<byte> bytes)
    {
        // The usual form, up to 255 bytes, at a glance; a JSON value begins with a lower byte.
        var value = record.Value;
        if (value.Length >= 2 && value[0] == Binary8 && value.Length - 2 >= value[1])
        {
            bytes = value.Slice(2, value[1]);
            return true;
        }

        return TryGetLongBinary(record, value, out bytes);
    }

    private static bool TryGetLongBinary(Record record, ReadOnlySpan<byte> value, out ReadOnlySpan<byte> bytes)
    {
        bytes = default;
        if (record.Format == KvFormat.Json || !MessagePackToken.TryRead(value, out var token) || token.Kind != MessagePackKind.Binary)
        {
            return false;
        }

        // A value of Go's may have more bytes behind it; less than announced is damage, which the caller reports as the wrong kind.
        if (token.Length > (uint)(value.Length - token.HeadSize))
        {
            return false;
        }

        bytes = value.Slice(token.HeadSize, (int)token.Length);
        return true;
    }

    /// <summary>Decodes a record whose value is a JSON string of base64.</summary>
    public static bool TryDecodeJson(Record record, out byte[] bytes)
    {
        bytes = [];
        var text = record.Value;
        if (record.Format != KvFormat.Json || text.Length < 2 || text[0] != '"' || text[^1] != '"')
        {
            return false;
        }

        text = text[1..^1];
        var decoded = new byte[Base64.GetMaxDecodedFromUtf8Length(text.Length)];
        if (Base64.DecodeFromUtf8(text, decoded, out _, out var written) != OperationStatus.Done)
        {
            return false;
        }

        bytes = decoded.AsSpan(0, written).ToArray();
        return true;
    }

    private static int BinaryHeadSize(int length) => length <= byte.MaxValue ? 2 : length <= ushort.MaxValue ? 3 : 5;

    private static int WriteBinaryHead(int length, Span<byte> target)
    {
        switch (length)
        {
            case <= byte.MaxValue:
                target[0] = Binary8;
                target[1] = (byte)length;
                return 2;
            case <= ushort.MaxValue:
                target[0] = 0xc5;
                BinaryPrimitives.WriteUInt16BigEndian(target[1..], (ushort)length);
                return 3;
            default:
                target[0] = 0xc6;
                BinaryPrimitives.WriteInt32BigEndian(target[1..], length);
                return 5;
        }
    }

    private static void EncodeJson(ReadOnlySpan<byte> bytes, Span<byte> target)
    {
        target[0] = (byte)'"';
        Base64.EncodeToUtf8(bytes, target[1..], out _, out var written);
        target[1 + written] = (byte)'"';
    }
}
