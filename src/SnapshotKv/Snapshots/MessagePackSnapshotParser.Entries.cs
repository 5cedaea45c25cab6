using System.Buffers;
using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using SnapshotKv.Format;
using SnapshotKv.MessagePack;

namespace SnapshotKv.Snapshots;

/// <content>Entries: a fast path for the one layout that Go and this library write, and the general one for all that Go's decoder accepts.</content>
internal sealed partial class MessagePackSnapshotParser
{
    private const byte Nil = 0xc0;

    private readonly ArrayBufferWriter<byte> _migrated = new();
    private readonly List<byte> _tags = [];
    private long? _misfitAt;

    // Where in an entry its bytes ended too early, or what it claims to need beyond them.
    private enum Outcome
    {
        Done,
        NeedsMore,
        ReadAgain,
    }

    /// <summary>
    /// Reads an entry whose every head and name is as Go writes it, by comparing with constants. Anything else, an entry that is not all in sight
    /// included, is left to <see cref="ReadEntry"/> untouched.
    /// </summary>
    private bool TryReadGoEntry()
    {
        if (Dialect != SnapshotDialect.EncodedValues)
        {
            return false;
        }

        var rest = Window.Available;
        if (!TryTakeShort(ref rest, 0xa0, 0xd9, out var key)
            || !rest.StartsWith(EntryLayout.MapAndValue)
            || !TryTakeBinary(rest[EntryLayout.MapAndValue.Length..], out var value, out rest)
            || rest.Length < EntryLayout.ExpiresAt.Length + sizeof(long) + EntryLayout.BlobReference.Length
            || !rest.StartsWith(EntryLayout.ExpiresAt))
        {
            return false;
        }

        rest = rest[EntryLayout.ExpiresAt.Length..];
        var deadline = BinaryPrimitives.ReadInt64BigEndian(rest);
        rest = rest[sizeof(long)..];
        if (!rest.StartsWith(EntryLayout.BlobReference))
        {
            return false;
        }

        rest = rest[EntryLayout.BlobReference.Length..];
        if (!TryTakeShort(ref rest, 0xa0, 0xd9, out var blobReference) || !MessagePackMeasure.IsOneValue(value))
        {
            return false;
        }

        var fields = new EntryFields { Key = key, Value = value, Deadline = deadline, BlobReference = blobReference };
        var record = fields.ToRecord(RecordFlags.None, Sequence ?? 0, [], out var isOpaque);
        Window.Advance(Window.Available.Length - rest.Length);
        CountFit(value.Length);
        Add(record, isOpaque);
        return true;
    }

    /// <summary>Takes text of up to 255 bytes with a head of one or two bytes.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static bool TryTakeShort(ref ReadOnlySpan<byte> rest, byte fixedCode, byte code8, out ReadOnlySpan<byte> text)
    {
        text = default;
        if (rest.Length < 2)
        {
            return false;
        }

        var length = rest[0] ^ fixedCode;
        var head = 1;
        if (length >= 32)
        {
            if (rest[0] != code8)
            {
                return false;
            }

            length = rest[1];
            head = 2;
        }

        if (rest.Length < head + length)
        {
            return false;
        }

        text = rest.Slice(head, length);
        rest = rest[(head + length)..];
        return true;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static bool TryTakeBinary(ReadOnlySpan<byte> source, out ReadOnlySpan<byte> value, out ReadOnlySpan<byte> rest)
    {
        value = default;
        rest = default;
        if (source.Length < 5)
        {
            return false;
        }

        var (length, head) = source[0] switch
        {
            0xc4 => (source[1], 2U),
            0xc5 => (BinaryPrimitives.ReadUInt16BigEndian(source[1..]), 3U),
            0xc6 => (BinaryPrimitives.ReadUInt32BigEndian(source[1..]), 5U),
            _ => (uint.MaxValue, 0U),
        };
        if (length > (uint)source.Length - head)
        {
            return false;
        }

        value = source.Slice((int)head, (int)length);
        rest = source[(int)(head + length)..];
        return true;
    }

    /// <summary>Reads an entry of any accepted shape, bringing more into sight until it is all there.</summary>
    /// <returns>False when the file must be read again.</returns>
    private bool ReadEntry()
    {
        while (true)
        {
            var cursor = new EntryCursor(Window.Available, Window.Offset);
            switch (TryReadEntry(ref cursor))
            {
                case Outcome.Done:
                    Window.Advance(cursor.Position);
                    return true;
                case Outcome.ReadAgain:
                    return false;
                default:
                    Claim(cursor.Claimed);
                    Bring();
                    break;
            }
        }
    }

    /// <summary>Refuses at once what can never come, instead of reading all that is left to find out.</summary>
    private void Claim(ulong claimed)
    {
        var left = isCompressed ? (ulong)Array.MaxLength : (ulong)(fileLength - Window.Offset);
        if (claimed > left)
        {
            throw new SnapshotDamageException("a length goes beyond the end of the file", Window.Offset);
        }
    }

    private Outcome TryReadEntry(ref EntryCursor cursor)
    {
        var fields = default(EntryFields);
        if (!cursor.TryReadText(allowsNil: true, "a key", out fields.Key))
        {
            return Outcome.NeedsMore;
        }

        _tags.Clear();
        _misfitAt = null;
        var outcome = Dialect == SnapshotDialect.Documents ? TryReadDocument(ref cursor, ref fields) : TryReadFields(ref cursor, ref fields);
        if (outcome != Outcome.Done)
        {
            return outcome;
        }

        fields.Tags = CollectionsMarshal.AsSpan(_tags);
        var record = fields.ToRecord(RecordFlags.None, Sequence ?? 0, [Nil], out var isOpaque);
        if (_misfitAt is { } misfitAt)
        {
            CountMisfit("a value is not exactly one MessagePack value", misfitAt);
        }
        else
        {
            CountFit(fields.Value.Length);
        }

        Add(record, isOpaque);
        return Outcome.Done;
    }

    /// <summary>Every single byte but a few is a MessagePack value, so that only longer ones tell anything.</summary>
    private void CountFit(int length)
    {
        if (length > 1)
        {
            CountFit();
        }
    }

    private Outcome TryReadDocument(ref EntryCursor cursor, ref EntryFields fields)
    {
        if (!cursor.TryReadValue(out var document))
        {
            return Outcome.NeedsMore;
        }

        MessagePackDocument.Migrate(document, _migrated, ref fields);
        return Outcome.Done;
    }

    private Outcome TryReadFields(ref EntryCursor cursor, ref EntryFields fields)
    {
        if (!cursor.TryReadHead(out var head))
        {
            return Outcome.NeedsMore;
        }

        switch (head.Kind)
        {
            case MessagePackKind.Map:
                return TryReadNamedFields(ref cursor, head.Length, ref fields);
            case MessagePackKind.Array when head.Length == 0:
                return Outcome.Done;
            case MessagePackKind.Array when head.Length == 3:
                var outcome = TryReadValueField(ref cursor, ref fields);
                return outcome != Outcome.Done ? outcome
                    : cursor.TryReadInteger("an expiry", out fields.Deadline) && cursor.TryReadText(allowsNil: true, "a blob reference", out fields.BlobReference) ? Outcome.Done
                    : Outcome.NeedsMore;
            case MessagePackKind.Array:
                throw cursor.Damage($"an entry is an array of {head.Length}, which must have 3 elements or none");
            default:
                throw cursor.Damage($"an entry is {MessagePackReader.Describe(head.Kind)}, where a map belongs");
        }
    }

    private Outcome TryReadNamedFields(ref EntryCursor cursor, uint count, ref EntryFields fields)
    {
        for (var i = 0U; i < count; i++)
        {
            if (!cursor.TryReadText(allowsNil: false, "a field's name", out var name))
            {
                return Outcome.NeedsMore;
            }

            var outcome = TryReadField(ref cursor, name, ref fields);
            if (outcome != Outcome.Done)
            {
                return outcome;
            }
        }

        return Outcome.Done;
    }

    private Outcome TryReadField(ref EntryCursor cursor, ReadOnlySpan<byte> name, ref EntryFields fields)
    {
        if (name.SequenceEqual(SnapshotFields.Value))
        {
            return TryReadValueField(ref cursor, ref fields);
        }

        var isComplete = name.SequenceEqual(SnapshotFields.ExpiresAt) ? cursor.TryReadInteger("an expiry", out fields.Deadline)
            : name.SequenceEqual(SnapshotFields.BlobReference) ? cursor.TryReadText(allowsNil: true, "a blob reference", out fields.BlobReference)
            : name.SequenceEqual(SnapshotFields.SlidingWindow) ? cursor.TryReadInteger("a sliding window", out fields.SlidingWindow)
            : name.SequenceEqual(SnapshotFields.AbsoluteCap) ? cursor.TryReadInteger("an absolute cap", out fields.Cap)
            : name.SequenceEqual(SnapshotFields.Tags) ? TryReadTags(ref cursor)
            : cursor.TryReadValue(out _);
        return isComplete ? Outcome.Done : Outcome.NeedsMore;
    }

    private Outcome TryReadValueField(ref EntryCursor cursor, ref EntryFields fields)
    {
        var start = cursor.Offset;
        if (!cursor.TryReadValue(out var inline))
        {
            return Outcome.NeedsMore;
        }

        if (Dialect == SnapshotDialect.InlineValues)
        {
            fields.Value = inline;
            return Outcome.Done;
        }

        _ = MessagePackToken.TryRead(inline, out var head);
        fields.Value = inline[head.HeadSize..];
        var isBinary = head.Kind == MessagePackKind.Binary;
        var isForeign = head.Kind == MessagePackKind.Extension && head.ExtensionType != MessagePackTimestamp.ExtensionType;
        if (!isBinary && !isForeign)
        {
            ReadAgainInline($"a value is {MessagePackReader.Describe(head.Kind)}, where a binary belongs", start);
            return Outcome.ReadAgain;
        }

        // No Go program wrote another extension than the timestamp: one flipped bit makes one of a binary of one byte.
        _misfitAt = isBinary && MessagePackMeasure.IsOneValue(fields.Value) ? null : start;
        return Outcome.Done;
    }

    private bool TryReadTags(ref EntryCursor cursor)
    {
        if (!cursor.TryReadHead(out var head))
        {
            return false;
        }

        if (head.Kind != MessagePackKind.Array)
        {
            throw cursor.Damage($"the tags are {MessagePackReader.Describe(head.Kind)}, where an array belongs");
        }

        _tags.Clear();
        for (var i = 0U; i < head.Length; i++)
        {
            if (!cursor.TryReadText(allowsNil: false, "a tag", out var tag))
            {
                return false;
            }

            EntryFields.AppendTag(_tags, tag);
        }

        return true;
    }
}
