using System.Buffers;
using System.Text.Json;

namespace SnapshotKv.Format;

/// <summary>An entry of a version 1 JSON snapshot: see <see cref="MessagePackDocument"/>.</summary>
internal static class JsonDocumentMigration
{
    /// <summary>More than the reserved names have.</summary>
    private const int LongestName = 16;

    /// <summary>Migrates one complete, well-formed JSON value.</summary>
    /// <param name="document">The value's text.</param>
    /// <param name="output">Takes the migrated value; cleared first.</param>
    /// <param name="scratch">Takes the blob reference; must last as long as the fields.</param>
    /// <param name="fields">Gets value, deadline and blob reference.</param>
    public static void Migrate(ReadOnlySpan<byte> document, ArrayBufferWriter<byte> output, ArrayBufferWriter<byte> scratch, ref EntryFields fields)
    {
        output.ResetWrittenCount();
        scratch.ResetWrittenCount();
        if (document[0] == (byte)'n')
        {
            output.Write(document);
            fields.Value = output.WrittenSpan;
            return;
        }

        if (document[0] != (byte)'{')
        {
            throw new SnapshotDamageException("a version 1 entry must be a JSON object");
        }

        var blobReferenceAt = FindReserved(document, scratch, ref fields);
        Copy(document, output, blobReferenceAt);
        fields.Value = output.WrittenSpan;
    }

    /// <summary>Looks at the reserved names, of which the last counts; returns where the blob reference's value begins, or -1.</summary>
    private static long FindReserved(ReadOnlySpan<byte> document, ArrayBufferWriter<byte> scratch, ref EntryFields fields)
    {
        var blobReferenceAt = -1L;
        var reader = NewReader(document);
        reader.Read();
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var isExpiry = IsName(in reader, SnapshotFields.TtlExpires);
            var isReference = IsName(in reader, SnapshotFields.DocumentBlobReference);
            reader.Read();
            if (isExpiry)
            {
                fields.Deadline = reader.TokenType == JsonTokenType.Number ? MessagePackDocument.FromDouble(reader.GetDouble()) : 0;
            }
            else if (isReference)
            {
                var isText = reader.TokenType == JsonTokenType.String;
                blobReferenceAt = isText ? reader.TokenStartIndex : -1;
                scratch.ResetWrittenCount();
                if (isText)
                {
                    scratch.Advance(JsonText.Unescape(reader.ValueSpan, scratch.GetSpan(reader.ValueSpan.Length + 1)));
                }
            }

            reader.Skip();
        }

        fields.BlobReference = scratch.WrittenSpan;
        return blobReferenceAt;
    }

    /// <summary>By our own unescaping: the reader's comparison throws on an unpaired surrogate, which Go turns into U+FFFD.</summary>
    private static bool IsName(in Utf8JsonReader reader, ReadOnlySpan<byte> name)
    {
        var text = reader.ValueSpan;
        if (!reader.ValueIsEscaped)
        {
            return text.SequenceEqual(name);
        }

        Span<byte> unescaped = stackalloc byte[LongestName * JsonText.LargestExpansion];
        return text.Length <= unescaped.Length && unescaped[..JsonText.Unescape(text, unescaped)].SequenceEqual(name);
    }

    private static void Copy(ReadOnlySpan<byte> document, ArrayBufferWriter<byte> output, long blobReferenceAt)
    {
        var reader = NewReader(document);
        reader.Read();
        var separator = "{"u8;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var nameAt = (int)reader.TokenStartIndex;
            var isReserved = IsName(in reader, SnapshotFields.TtlExpires);
            var isReference = IsName(in reader, SnapshotFields.DocumentBlobReference);
            reader.Read();
            isReserved |= isReference && reader.TokenStartIndex <= blobReferenceAt;
            reader.Skip();
            if (!isReserved)
            {
                output.Write(separator);
                output.Write(document[nameAt..(int)reader.BytesConsumed]);
                separator = ","u8;
            }
        }

        output.Write(separator[0] == '{' ? "{}"u8 : "}"u8);
    }

    private static Utf8JsonReader NewReader(ReadOnlySpan<byte> document) =>
        new(document, new JsonReaderOptions { MaxDepth = JsonMeasure.MaxDepth });
}
