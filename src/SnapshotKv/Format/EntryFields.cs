using System.Runtime.InteropServices;

namespace SnapshotKv.Format;

/// <summary>The fields of an entry while a parser comes upon them. Spans lie in what is being parsed.</summary>
internal ref struct EntryFields
{
    public ReadOnlySpan<byte> Key;

    /// <summary>The encoded value; empty when the field is missing.</summary>
    public ReadOnlySpan<byte> Value;

    public long Deadline;
    public long SlidingWindow;
    public long Cap;
    public ReadOnlySpan<byte> BlobReference;

    /// <summary>As <see cref="RecordParts.Tags"/>.</summary>
    public ReadOnlySpan<byte> Tags;

    /// <summary>Checks what a record cannot hold, and makes it.</summary>
    /// <exception cref="SnapshotDamageException">A key or blob reference is too long, or one of our own fields is senseless.</exception>
    public readonly Record ToRecord(RecordFlags format, ulong sequence, ReadOnlySpan<byte> missingValue, out bool isOpaque)
    {
        if (Key.Length > Record.LongestKey)
        {
            throw new SnapshotDamageException($"a key of {Key.Length} bytes is longer than the {Record.LongestKey} that can be kept");
        }

        if (BlobReference.Length > Record.LongestBlobReference)
        {
            throw new SnapshotDamageException($"a blob reference of {BlobReference.Length} bytes is longer than {Record.LongestBlobReference}");
        }

        if (SlidingWindow < 0)
        {
            throw new SnapshotDamageException($"the sliding window {SlidingWindow} is negative");
        }

        if (SlidingWindow > 0 && Deadline == 0)
        {
            throw new SnapshotDamageException("an entry has a sliding window and no expiry");
        }

        isOpaque = !System.Text.Unicode.Utf8.IsValid(Key);
        return Record.Create(new RecordParts
        {
            Key = Key,
            Value = Value.IsEmpty ? missingValue : Value,
            Deadline = Deadline,
            Sequence = sequence,
            SlidingWindow = SlidingWindow,
            Cap = Cap,
            BlobReference = BlobReference,
            Tags = Tags,
            Flags = isOpaque ? format | RecordFlags.OpaqueKey : format,
        });
    }

    /// <summary>Appends a tag as records keep them.</summary>
    /// <exception cref="SnapshotDamageException">The tag is too long.</exception>
    public static void AppendTag(List<byte> tags, ReadOnlySpan<byte> tag)
    {
        if (tag.Length > ushort.MaxValue)
        {
            throw new SnapshotDamageException($"a tag of {tag.Length} bytes is longer than {ushort.MaxValue}");
        }

        var length = (ushort)tag.Length;
        tags.AddRange(MemoryMarshal.AsBytes(new ReadOnlySpan<ushort>(in length)));
        tags.AddRange(tag);
    }
}
