using SnapshotKv.Format;
using SnapshotKv.MessagePack;

namespace SnapshotKv.Snapshots;

/// <summary>Parses MessagePack snapshots: the outermost map and the map of entries. The entries themselves are in the other part.</summary>
internal sealed partial class MessagePackSnapshotParser(SnapshotWindow window, ISnapshotSink sink, SnapshotDialect dialect, long fileLength, bool isCompressed)
    : SnapshotParser(window, sink, dialect)
{
    // A key and an empty array.
    private const int SmallestEntry = 2;

    // Names are compared, and none that is known is longer; one that is longer is passed over without being looked at.
    private const int LongestName = 32;

    protected override KvFormat Format => KvFormat.MessagePack;

    protected override bool ReadTop()
    {
        var head = ReadHead();
        if (head.Kind != MessagePackKind.Map)
        {
            throw Unexpected(head, "a map", 0);
        }

        for (var i = 0U; i < head.Length; i++)
        {
            CheckBeforeField();
            var checksum = Window.GetChecksumTo(0);
            var start = Window.Offset;
            switch (ReadTopName())
            {
                case TopField.Version:
                    SetVersion(ReadVersion());
                    break;
                case TopField.CreatedAt:
                    ReadCreatedAt();
                    break;
                case TopField.Sequence:
                    Sequence = ReadUnsigned();
                    break;
                case TopField.Checksum:
                    ReadChecksum(checksum, start);
                    break;
                case TopField.Blobs:
                    ReadBlobs();
                    break;
                case TopField.Serializers:
                    ReadSerializers();
                    break;
                case TopField.Entries:
                    Entries = ReadUnsigned();
                    break;
                case TopField.Reason:
                    ReadReason();
                    break;
                case TopField.Data when StopsAtEntries:
                    // Go does not tell before them how many there are, but here, at their beginning.
                    Entries ??= ReadHead() is { Kind: MessagePackKind.Map } map ? map.Length : null;
                    return true;
                case TopField.Data when CanReadEntries:
                    if (!ReadData())
                    {
                        return false;
                    }

                    break;
                case TopField.Data:
                    SkippedData();
                    Skip();
                    break;
                default:
                    Skip();
                    break;
            }
        }

        Drain();
        return true;
    }

    private bool ReadData()
    {
        var start = Window.Offset;
        var head = ReadHead();
        if (head.Kind == MessagePackKind.Nil)
        {
            return true;
        }

        if (head.Kind != MessagePackKind.Map)
        {
            throw Unexpected(head, "a map of entries", start);
        }

        // How many entries there can be: what is left of the file, or for a compressed one a byte each of the whole file at the least.
        var possible = isCompressed ? fileLength : (fileLength - Window.Offset) / SmallestEntry;
        if (head.Length > Array.MaxLength || (!isCompressed && head.Length > possible))
        {
            throw new SnapshotDamageException($"{head.Length} entries are declared, more than the file can hold", start);
        }

        BeginData();
        Expect((int)Math.Min(head.Length, possible));
        for (var left = head.Length; left > 0; left--)
        {
            if (!TryReadGoEntry() && !ReadEntry())
            {
                return false;
            }
        }

        return true;
    }

    private TopField ReadTopName()
    {
        var start = Window.Offset;
        var head = ReadHead();
        if (head.Kind is not (MessagePackKind.String or MessagePackKind.Binary))
        {
            throw Unexpected(head, "a field's name", start);
        }

        if (head.Length > LongestName)
        {
            SkipPayload(head.Length);
            return TopField.Unknown;
        }

        Need((int)head.Length);
        var name = Window.Available[..(int)head.Length];
        var field = name.SequenceEqual(SnapshotFields.Version) ? TopField.Version
            : name.SequenceEqual(SnapshotFields.CreatedAt) ? TopField.CreatedAt
            : name.SequenceEqual(SnapshotFields.Data) ? TopField.Data
            : name.SequenceEqual(SnapshotFields.Sequence) ? TopField.Sequence
            : name.SequenceEqual(SnapshotFields.Entries) ? TopField.Entries
            : name.SequenceEqual(SnapshotFields.Reason) ? TopField.Reason
            : name.SequenceEqual(SnapshotFields.Checksum) ? TopField.Checksum
            : name.SequenceEqual(SnapshotFields.Blobs) ? TopField.Blobs
            : name.SequenceEqual(SnapshotFields.Serializers) ? TopField.Serializers
            : TopField.Unknown;
        Window.Advance(name.Length);
        return field;
    }

    private long ReadVersion()
    {
        var start = Window.Offset;
        var head = ReadHead();
        return head.Kind switch
        {
            MessagePackKind.UnsignedInteger or MessagePackKind.NegativeInteger => (long)head.Bits,
            MessagePackKind.Nil => 0,
            _ => throw Unexpected(head, "an integer for the version", start),
        };
    }

    private ulong ReadUnsigned()
    {
        var start = Window.Offset;
        var head = ReadHead();
        return head.Kind == MessagePackKind.UnsignedInteger ? head.Bits : throw Unexpected(head, "an integer that is not negative", start);
    }

    private void ReadReason()
    {
        var start = Window.Offset;
        var head = ReadHead();
        if (head.Kind != MessagePackKind.String)
        {
            throw Unexpected(head, "a text for the reason", start);
        }

        if (head.Length > SaveReasonText.MostBytes)
        {
            SkipPayload(head.Length);
            return;
        }

        Need((int)head.Length);
        Reason = SaveReasonText.Parse(Window.Available[..(int)head.Length]);
        Window.Advance((int)head.Length);
    }

    private void ReadChecksum(uint actual, long start)
    {
        CheckChecksum(actual, ReadUnsigned(), start);
        if (!Window.Available.IsEmpty || Window.Fill())
        {
            throw new SnapshotDamageException("something follows the checksum, which must be the last field", Window.Offset);
        }
    }

    /// <summary>Of no use to anyone but people, so that anything is accepted; Go refuses all but a timestamp.</summary>
    private void ReadCreatedAt()
    {
        const int LongestTimestamp = 15;
        while (Window.Available.Length < LongestTimestamp && Window.Fill())
        {
            // Until a timestamp would be all there.
        }

        var seen = Window.Available;
        if (MessagePackToken.TryRead(seen, out var token)
            && token.Kind == MessagePackKind.Extension
            && token.ExtensionType == MessagePackTimestamp.ExtensionType
            && token.Length <= seen.Length - token.HeadSize
            && MessagePackTimestamp.TryRead(seen.Slice(token.HeadSize, (int)token.Length), out var timestamp)
            && timestamp.TryGetDateTimeOffset(out var instant))
        {
            CreatedAt = instant;
        }

        Skip();
    }

    /// <summary>Passes over one value of any size and depth, however little of it is in sight at a time.</summary>
    private void Skip()
    {
        for (var owed = 1UL; owed > 0; owed--)
        {
            var token = ReadHead();
            SkipPayload(token.PayloadSize);
            owed += token.ChildCount;
        }
    }

    private void SkipPayload(uint size)
    {
        for (long left = size; left > 0;)
        {
            Need(1);
            var step = (int)Math.Min(left, Window.Available.Length);
            Window.Advance(step);
            left -= step;
        }
    }

    /// <summary>
    /// Go ignores bytes after the map, and so must a reader of its files. They are still read, so that a compressed file is checked to its end.
    /// </summary>
    private void Drain()
    {
        do
        {
            Window.Advance(Window.Available.Length);
        }
        while (Window.Fill());
    }

    private MessagePackToken ReadHead()
    {
        MessagePackToken token;
        while (!MessagePackToken.TryRead(Window.Available, out token))
        {
            Bring();
        }

        if (token.Kind == MessagePackKind.None)
        {
            throw new SnapshotDamageException("the byte c1 is not MessagePack", Window.Offset);
        }

        Window.Advance(token.HeadSize);
        return token;
    }

    private void Need(int count)
    {
        while (Window.Available.Length < count)
        {
            Bring();
        }
    }

    private void Bring()
    {
        if (!Window.Fill())
        {
            throw new SnapshotDamageException("the file ends too early", Window.Offset + Window.Available.Length);
        }
    }

    private static SnapshotDamageException Unexpected(MessagePackToken found, string wanted, long offset) =>
        new($"expected {wanted} but found {MessagePackReader.Describe(found.Kind)}", offset);

    private enum TopField
    {
        Unknown,
        Version,
        CreatedAt,
        Data,
        Sequence,
        Entries,
        Reason,
        Checksum,
        Blobs,
        Serializers,
    }
}
