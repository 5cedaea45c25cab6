using System.Buffers;
using System.Buffers.Text;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Text.Json;
using SnapshotKv.Format;

namespace SnapshotKv.Snapshots;

/// <summary>Parses JSON snapshots. Names match in any letter case, as in Go.</summary>
internal sealed partial class JsonSnapshotParser(SnapshotWindow window, ISnapshotSink sink, SnapshotDialect dialect) : SnapshotParser(window, sink, dialect)
{
    private const int LongestName = 32;

    private readonly ArrayBufferWriter<byte> _key = new();
    private readonly ArrayBufferWriter<byte> _value = new();
    private readonly ArrayBufferWriter<byte> _reference = new();
    private readonly ArrayBufferWriter<byte> _unescaped = new();
    private readonly List<byte> _tags = [];
    private long? _misfitAt;

    protected override KvFormat Format => KvFormat.Json;

    protected override bool ReadTop()
    {
        var cursor = new JsonCursor(Window);
        try
        {
            cursor.Read();
            Expect(cursor, JsonTokenType.StartObject, "an object");
            return ReadTopFields(ref cursor);
        }
        catch (JsonException exception)
        {
            throw new SnapshotDamageException($"this is not JSON: {exception.Message}", cursor.Offset, exception);
        }
    }

    private bool ReadTopFields(ref JsonCursor cursor)
    {
        for (cursor.Read(); cursor.TokenType == JsonTokenType.PropertyName; cursor.Read())
        {
            CheckBeforeField();
            if (Is(cursor, SnapshotFields.Version))
            {
                cursor.Read();
                SetVersion(cursor.TokenType == JsonTokenType.Null ? 0 : ReadInteger(cursor, "an integer for the version"));
            }
            else if (Is(cursor, SnapshotFields.CreatedAt))
            {
                cursor.Read();
                ReadCreatedAt(cursor);
                cursor.Skip();
            }
            else if (Is(cursor, SnapshotFields.Sequence))
            {
                cursor.Read();
                Sequence = ReadUnsigned(cursor);
            }
            else if (Is(cursor, SnapshotFields.Entries))
            {
                cursor.Read();
                Entries = ReadUnsigned(cursor);
            }
            else if (Is(cursor, SnapshotFields.Reason))
            {
                cursor.Read();
                Expect(cursor, JsonTokenType.String, "a text for the reason");
                Reason = SaveReasonText.Parse(cursor.Raw);
            }
            else if (Is(cursor, SnapshotFields.Checksum))
            {
                var actual = Window.GetChecksumTo(cursor.TokenStart);
                var start = cursor.Offset;
                cursor.Read();
                CheckChecksum(actual, ReadUnsigned(cursor), start);
            }
            else if (Is(cursor, SnapshotFields.Blobs))
            {
                ReadBlobs(ref cursor);
            }
            else if (Is(cursor, SnapshotFields.Serializers))
            {
                ReadSerializers(ref cursor);
            }
            else if (!Is(cursor, SnapshotFields.Data))
            {
                cursor.Skip();
            }
            else if (StopsAtEntries)
            {
                return true;
            }
            else if (!CanReadEntries)
            {
                SkippedData();
                cursor.Skip();
            }
            else if (!ReadData(ref cursor))
            {
                return false;
            }
        }

        // The reader refuses anything but blanks after the object.
        return !cursor.TryRead() ? true : throw new SnapshotDamageException("something follows the object", cursor.Offset);
    }

    private bool ReadData(ref JsonCursor cursor)
    {
        cursor.Read();
        if (cursor.TokenType == JsonTokenType.Null)
        {
            return true;
        }

        Expect(cursor, JsonTokenType.StartObject, "an object of entries");
        BeginData();
        for (cursor.Read(); cursor.TokenType == JsonTokenType.PropertyName; cursor.Read())
        {
            Unescape(cursor.Raw, _key);
            _value.ResetWrittenCount();
            _reference.ResetWrittenCount();
            _tags.Clear();
            _misfitAt = null;
            var fields = default(EntryFields);
            if (Dialect == SnapshotDialect.Documents)
            {
                JsonDocumentMigration.Migrate(cursor.ReadValue(), _value, _reference, ref fields);
            }
            else if (!ReadEntry(ref cursor, ref fields))
            {
                return false;
            }

            fields.Key = _key.WrittenSpan;
            fields.Value = _value.WrittenSpan;
            fields.BlobReference = _reference.WrittenSpan;
            fields.Tags = CollectionsMarshal.AsSpan(_tags);
            if (_misfitAt is { } misfitAt)
            {
                CountMisfit("a value is not base64 of exactly one JSON value", misfitAt);
            }
            else if (!fields.Value.IsEmpty)
            {
                CountFit();
            }

            var record = fields.ToRecord(RecordFlags.Json, Sequence ?? 0, "null"u8, out var isOpaque);
            Add(record, isOpaque);
        }

        return true;
    }

    private bool ReadEntry(ref JsonCursor cursor, ref EntryFields fields)
    {
        cursor.Read();
        Expect(cursor, JsonTokenType.StartObject, "an object for an entry");
        for (cursor.Read(); cursor.TokenType == JsonTokenType.PropertyName; cursor.Read())
        {
            if (Is(cursor, SnapshotFields.Value))
            {
                if (!ReadValue(ref cursor))
                {
                    return false;
                }
            }
            else if (Is(cursor, SnapshotFields.ExpiresAt))
            {
                ReadInteger(ref cursor, "an integer for an expiry", ref fields.Deadline);
            }
            else if (Is(cursor, SnapshotFields.BlobReference))
            {
                ReadBlobReference(ref cursor);
            }
            else if (Is(cursor, SnapshotFields.SlidingWindow))
            {
                ReadInteger(ref cursor, "an integer for a sliding window", ref fields.SlidingWindow);
            }
            else if (Is(cursor, SnapshotFields.AbsoluteCap))
            {
                ReadInteger(ref cursor, "an integer for an absolute cap", ref fields.Cap);
            }
            else if (Is(cursor, SnapshotFields.Tags))
            {
                ReadTags(ref cursor);
            }
            else
            {
                cursor.Skip();
            }
        }

        return true;
    }

    /// <summary>Reads the value into <see cref="_value"/>.</summary>
    /// <returns>False when the file is one of v0.2.0 and must be read again.</returns>
    private bool ReadValue(ref JsonCursor cursor)
    {
        _value.ResetWrittenCount();
        if (Dialect == SnapshotDialect.InlineValues)
        {
            _value.Write(cursor.ReadValue());
            return true;
        }

        cursor.Read();
        if (cursor.TokenType != JsonTokenType.String)
        {
            ReadAgainInline("a value is not a string of base64", cursor.Offset);
            return false;
        }

        var text = cursor.Raw;
        if (text.Contains((byte)'\\'))
        {
            // Go's own base64 needs no escapes; others may escape the slash.
            Unescape(text, _unescaped);
            text = _unescaped.WrittenSpan;
        }

        var isBase64 = JsonText.TryDecodeBase64(text, _value.GetSpan(Base64.GetMaxDecodedFromUtf8Length(text.Length) + 3), out var written);
        _value.Advance(isBase64 ? written : 0);
        _misfitAt = isBase64 && JsonMeasure.IsOneValue(_value.WrittenSpan) ? null : cursor.Offset;
        return true;
    }

    private void ReadBlobReference(ref JsonCursor cursor)
    {
        cursor.Read();
        if (cursor.TokenType != JsonTokenType.Null)
        {
            Expect(cursor, JsonTokenType.String, "a string for a blob reference");
            Unescape(cursor.Raw, _reference);
        }
    }

    private void ReadTags(ref JsonCursor cursor)
    {
        _tags.Clear();
        cursor.Read();
        Expect(cursor, JsonTokenType.StartArray, "an array of tags");
        for (cursor.Read(); cursor.TokenType != JsonTokenType.EndArray; cursor.Read())
        {
            Expect(cursor, JsonTokenType.String, "a tag");
            Unescape(cursor.Raw, _unescaped);
            EntryFields.AppendTag(_tags, _unescaped.WrittenSpan);
        }
    }

    /// <summary>Of no use to anyone but people, so that anything is accepted; Go refuses all but an RFC 3339 instant and null.</summary>
    private void ReadCreatedAt(in JsonCursor cursor)
    {
        const int LongestInstant = 64;
        if (cursor.TokenType == JsonTokenType.String && cursor.Raw.Length <= LongestInstant)
        {
            Span<char> text = stackalloc char[LongestInstant];
            var length = System.Text.Encoding.UTF8.GetChars(cursor.Raw, text);
            CreatedAt = Rfc3339.TryParse(text[..length], out var instant) ? instant : null;
        }
    }

    private static void ReadInteger(ref JsonCursor cursor, string what, ref long value)
    {
        cursor.Read();
        if (cursor.TokenType != JsonTokenType.Null)
        {
            value = ReadInteger(cursor, what);
        }
    }

    private static long ReadInteger(in JsonCursor cursor, string what) =>
        cursor.TokenType == JsonTokenType.Number && long.TryParse(cursor.Raw, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var value)
            ? value
            : throw new SnapshotDamageException($"expected {what}", cursor.Offset);

    private static ulong ReadUnsigned(in JsonCursor cursor) =>
        cursor.TokenType == JsonTokenType.Number && ulong.TryParse(cursor.Raw, NumberStyles.None, CultureInfo.InvariantCulture, out var value)
            ? value
            : throw new SnapshotDamageException("expected an integer that is not negative", cursor.Offset);

    private static void Expect(in JsonCursor cursor, JsonTokenType type, string what)
    {
        if (cursor.TokenType != type)
        {
            throw new SnapshotDamageException($"expected {what}", cursor.Offset);
        }
    }

    private static void Unescape(ReadOnlySpan<byte> text, ArrayBufferWriter<byte> output)
    {
        output.ResetWrittenCount();
        output.Advance(JsonText.Unescape(text, output.GetSpan(text.Length + 1)));
        if (!System.Text.Unicode.Utf8.IsValid(output.WrittenSpan))
        {
            var replaced = JsonText.ReplaceInvalid(output.WrittenSpan.ToArray());
            output.ResetWrittenCount();
            output.Write(replaced);
        }
    }

    private static bool Is(in JsonCursor cursor, ReadOnlySpan<byte> name)
    {
        if (cursor.Raw.Length == name.Length)
        {
            return System.Text.Ascii.EqualsIgnoreCase(cursor.Raw, name);
        }

        // Longer only when it is written with escapes.
        Span<byte> unescaped = stackalloc byte[LongestName * JsonText.LargestExpansion];
        return cursor.Raw.Length > name.Length
            && cursor.Raw.Length <= unescaped.Length
            && cursor.Raw.Contains((byte)'\\')
            && System.Text.Ascii.EqualsIgnoreCase(unescaped[..JsonText.Unescape(cursor.Raw, unescaped)], name);
    }
}
