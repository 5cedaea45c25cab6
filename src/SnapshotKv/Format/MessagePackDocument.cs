using System.Buffers;
using SnapshotKv.MessagePack;

namespace SnapshotKv.Format;

/// <summary>
/// An entry of a version 1 snapshot: the user's document, with expiry and blob reference as reserved keys inside it. Takes them out and gives back
/// the rest, integer widths and order as they were.
/// </summary>
/// <remarks>What Go v0.1.0 could not have written rejects the file, as Go does: no map, a key that is not text, an extension but the timestamp, at any depth.</remarks>
internal static class MessagePackDocument
{
    /// <summary>As deep as Go's JSON decoder goes; its MessagePack decoder ends where its stack does.</summary>
    private const int DeepestDocument = 10_000;

    private const byte Nil = 0xc0, Int64Code = 0xd3;

    /// <summary>Migrates one complete, well-formed value.</summary>
    /// <param name="document">The value's bytes.</param>
    /// <param name="output">Takes the migrated value; cleared first.</param>
    /// <param name="fields">Gets value, deadline and blob reference.</param>
    public static void Migrate(ReadOnlySpan<byte> document, ArrayBufferWriter<byte> output, ref EntryFields fields)
    {
        output.ResetWrittenCount();
        if (document[0] == Nil)
        {
            output.Write(document);
            fields.Value = output.WrittenSpan;
            return;
        }

        CheckInside(document);
        _ = MessagePackToken.TryRead(document, out var head);
        if (head.Kind != MessagePackKind.Map)
        {
            throw new SnapshotDamageException($"a version 1 entry must be a map but is {MessagePackReader.Describe(head.Kind)}");
        }

        var kept = Measure(document, head, out var blobReferenceAt, ref fields);
        var writer = new MessagePackWriter(output);
        writer.WriteMapHead(kept);
        var offset = (int)head.HeadSize;
        for (var i = 0U; i < head.Length; i++)
        {
            var key = ReadText(document, ref offset);
            var start = offset;
            offset = EndOfValue(document, offset);
            if (!IsReserved(key, start, blobReferenceAt))
            {
                writer.WriteString(key);
                writer.WriteRaw(document[start..offset]);
            }
        }

        writer.Flush();
        fields.Value = output.WrittenSpan;
    }

    /// <summary>Looks at the reserved keys, of which the last counts, and tells how many pairs will be left.</summary>
    private static int Measure(ReadOnlySpan<byte> document, MessagePackToken head, out int blobReferenceAt, ref EntryFields fields)
    {
        var offset = (int)head.HeadSize;
        var expiries = 0;
        var references = 0;
        blobReferenceAt = -1;
        for (var i = 0U; i < head.Length; i++)
        {
            var key = ReadText(document, ref offset);
            if (key.SequenceEqual(SnapshotFields.TtlExpires))
            {
                expiries++;
                fields.Deadline = ReadExpiry(document[offset..]);
            }
            else if (key.SequenceEqual(SnapshotFields.DocumentBlobReference))
            {
                references++;
                blobReferenceAt = offset;
            }

            offset = EndOfValue(document, offset);
        }

        // Go's map has the last of equal keys only; unless that is a string, all of them are the user's.
        if (blobReferenceAt >= 0)
        {
            _ = MessagePackToken.TryRead(document[blobReferenceAt..], out var token);
            if (token.Kind == MessagePackKind.String)
            {
                fields.BlobReference = document.Slice(blobReferenceAt + token.HeadSize, (int)token.Length);
            }
            else
            {
                blobReferenceAt = -1;
                references = 0;
            }
        }

        return (int)head.Length - expiries - references;
    }

    private static bool IsReserved(ReadOnlySpan<byte> key, int valueAt, int blobReferenceAt) =>
        key.SequenceEqual(SnapshotFields.TtlExpires)
        || (blobReferenceAt >= 0 && valueAt <= blobReferenceAt && key.SequenceEqual(SnapshotFields.DocumentBlobReference));

    /// <summary>Go took the expiry only from a full 64-bit signed integer or a float; any other width gave none.</summary>
    private static long ReadExpiry(ReadOnlySpan<byte> value)
    {
        _ = MessagePackToken.TryRead(value, out var token);
        return token.Kind == MessagePackKind.Float64
            ? FromDouble(BitConverter.UInt64BitsToDouble(token.Bits))
            : value[0] == Int64Code ? (long)token.Bits : 0;
    }

    /// <summary>A float as Go's conversion on amd64 gives it: what 64 bits do not hold becomes the smallest number, which has expired.</summary>
    public static long FromDouble(double value) =>
        value is >= long.MinValue and < 9223372036854775808.0 ? (long)value : long.MinValue;

    /// <summary>Checks keys and extensions at every depth. Levels that are done leave the stack at once, so it is as high as the document is deep.</summary>
    private static void CheckInside(ReadOnlySpan<byte> document)
    {
        var levels = new Stack<(bool IsMap, ulong Owed)>();
        levels.Push((false, 1));
        for (var offset = 0; levels.TryPop(out var level);)
        {
            _ = MessagePackToken.TryRead(document[offset..], out var token);
            var isKey = level.IsMap && (level.Owed & 1) == 0;
            if (isKey && token.Kind is not (MessagePackKind.String or MessagePackKind.Binary or MessagePackKind.Nil))
            {
                throw new SnapshotDamageException($"a version 1 document has {MessagePackReader.Describe(token.Kind)} for a key");
            }

            var payload = document.Slice(offset + token.HeadSize, (int)token.PayloadSize);
            if (token.Kind == MessagePackKind.Extension
                && (token.ExtensionType != MessagePackTimestamp.ExtensionType || !MessagePackTimestamp.TryRead(payload, out _)))
            {
                throw new SnapshotDamageException($"a version 1 document has an unknown extension of type {token.ExtensionType}");
            }

            offset += token.HeadSize + payload.Length;
            if (level.Owed > 1)
            {
                levels.Push((level.IsMap, level.Owed - 1));
            }

            if (token.ChildCount != 0)
            {
                levels.Push((token.Kind == MessagePackKind.Map, token.ChildCount));
            }

            if (levels.Count > DeepestDocument)
            {
                throw new SnapshotDamageException($"a version 1 document is nested deeper than {DeepestDocument}");
            }
        }
    }

    private static ReadOnlySpan<byte> ReadText(ReadOnlySpan<byte> document, ref int offset)
    {
        _ = MessagePackToken.TryRead(document[offset..], out var token);
        var text = document.Slice(offset + token.HeadSize, (int)token.PayloadSize);
        offset += token.HeadSize + text.Length;
        return text;
    }

    private static int EndOfValue(ReadOnlySpan<byte> document, int offset)
    {
        _ = MessagePackMeasure.Measure(document[offset..], out var length);
        return offset + length;
    }
}
