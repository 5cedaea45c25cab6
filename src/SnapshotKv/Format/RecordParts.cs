namespace SnapshotKv.Format;

/// <summary>What a record is made of. Spans are copied by <see cref="Record.Create"/>.</summary>
internal ref struct RecordParts
{
    /// <summary>The key's bytes, UTF-8 unless <see cref="RecordFlags.OpaqueKey"/> is set.</summary>
    public ReadOnlySpan<byte> Key;

    /// <summary>The encoded value: one MessagePack value, or one JSON text.</summary>
    public ReadOnlySpan<byte> Value;

    /// <summary>Unix nanoseconds from which on the entry is dead; 0 for never.</summary>
    public long Deadline;

    /// <summary>The number of the commit that wrote the entry.</summary>
    public ulong Sequence;

    /// <summary>Nanoseconds by which a read moves the deadline ahead of now; 0 for none.</summary>
    public long SlidingWindow;

    /// <summary>Unix nanoseconds that a slide does not go beyond; 0 for none.</summary>
    public long Cap;

    /// <summary>The blob reference as it stands in the file; empty for none. Checked only when it is about to become a path.</summary>
    public ReadOnlySpan<byte> BlobReference;

    /// <summary>The tags, each as u16 length (little-endian) and UTF-8 bytes, one after the other; empty for none.</summary>
    public ReadOnlySpan<byte> Tags;

    /// <summary>Only <see cref="RecordFlags.Json"/> and <see cref="RecordFlags.OpaqueKey"/> are taken from here; the others follow from the parts.</summary>
    public RecordFlags Flags;
}
