using SnapshotKv.Format;
using SnapshotKv.MessagePack;

namespace SnapshotKv.Snapshots;

/// <content>What stands beside the entries. A count is believed as far as its elements come, one by one.</content>
internal sealed partial class MessagePackSnapshotParser
{
    private const int BlobFieldCount = 3;

    private void ReadBlobs()
    {
        var start = Window.Offset;
        var head = ReadHead();
        if (head.Kind != MessagePackKind.Array)
        {
            throw Unexpected(head, "an array of blobs", start);
        }

        for (var left = head.Length; left > 0; left--)
        {
            start = Window.Offset;
            var blob = ReadHead();
            if (blob.Kind != MessagePackKind.Array || blob.Length != BlobFieldCount)
            {
                throw Unexpected(blob, "an array of three for a blob", start);
            }

            var id = ReadText("the id of a blob");
            Extras.AddBlob(id, ReadUnsigned(), ReadUnsigned(), start);
        }
    }

    private void ReadSerializers()
    {
        var start = Window.Offset;
        var head = ReadHead();
        if (head.Kind != MessagePackKind.Map)
        {
            throw Unexpected(head, "a map of serializers", start);
        }

        for (var left = head.Length; left > 0; left--)
        {
            start = Window.Offset;
            var prefix = ReadText("the prefix of a partition");
            Extras.AddSerializer(prefix, ReadText("the name of a serializer"), start);
        }
    }

    /// <summary>Reads a short text. Copied, for the window may move with the next token.</summary>
    private byte[] ReadText(string what)
    {
        var start = Window.Offset;
        var head = ReadHead();
        if (head.Kind != MessagePackKind.String)
        {
            throw Unexpected(head, what, start);
        }

        if (head.Length > KvKey.MaxBytes)
        {
            throw new SnapshotDamageException($"{what} has {head.Length} bytes, more than {KvKey.MaxBytes}", start);
        }

        Need((int)head.Length);
        var text = Window.Available[..(int)head.Length].ToArray();
        Window.Advance(text.Length);
        return text;
    }
}
