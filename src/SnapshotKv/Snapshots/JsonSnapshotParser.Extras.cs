using System.Text.Json;
using SnapshotKv.Blobs;

namespace SnapshotKv.Snapshots;

/// <content>What stands beside the entries.</content>
internal sealed partial class JsonSnapshotParser
{
    private void ReadBlobs(ref JsonCursor cursor)
    {
        cursor.Read();
        Expect(cursor, JsonTokenType.StartArray, "an array of blobs");
        for (cursor.Read(); cursor.TokenType != JsonTokenType.EndArray; cursor.Read())
        {
            Expect(cursor, JsonTokenType.StartArray, "an array of three for a blob");
            var start = cursor.Offset;
            cursor.Read();
            Expect(cursor, JsonTokenType.String, "a string for the id of a blob");
            // Copied, for the window may move with the next token; whatever is longer or has escapes is no id of ours.
            var id = cursor.Raw.Length == BlobId.TextLength ? cursor.Raw.ToArray() : [];
            cursor.Read();
            var created = ReadUnsigned(cursor);
            cursor.Read();
            var retired = ReadUnsigned(cursor);
            cursor.Read();
            Expect(cursor, JsonTokenType.EndArray, "no more than three elements for a blob");
            Extras.AddBlob(id, created, retired, start);
        }
    }

    private void ReadSerializers(ref JsonCursor cursor)
    {
        cursor.Read();
        Expect(cursor, JsonTokenType.StartObject, "an object of serializers");
        for (cursor.Read(); cursor.TokenType == JsonTokenType.PropertyName; cursor.Read())
        {
            var start = cursor.Offset;
            Unescape(cursor.Raw, _key);
            cursor.Read();
            Expect(cursor, JsonTokenType.String, "a string for the name of a serializer");
            Unescape(cursor.Raw, _unescaped);
            Extras.AddSerializer(_key.WrittenSpan, _unescaped.WrittenSpan, start);
        }
    }
}
