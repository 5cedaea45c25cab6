namespace SnapshotKv.Format;

/// <summary>
/// Turns records into the bytes of a snapshot in one format. The file is, in this order: prologue, every entry, closing, checksum field. Entries
/// are independent of each other. Thread-safe: it holds no state.
/// </summary>
internal abstract class SnapshotEncoder
{
    /// <summary>The encoder of a format.</summary>
    public static SnapshotEncoder For(KvFormat format) => format == KvFormat.Json ? JsonSnapshotEncoder.Instance : MessagePackSnapshotEncoder.Instance;

    /// <summary>Everything before the first entry.</summary>
    public abstract byte[] GetPrologue(in SnapshotContents contents, int count);

    /// <summary>The most bytes that <see cref="WriteEntry"/> may need for a record.</summary>
    public abstract long GetLargestSize(Record record);

    /// <summary>Writes one entry at the start of a span, and returns the bytes it took.</summary>
    public abstract int WriteEntry(Record record, bool isFirst, Span<byte> destination);

    /// <summary>What stands between the last entry and the checksum field, the extras among it; the checksum covers it.</summary>
    public abstract byte[] GetClosing(in SnapshotContents contents);

    /// <summary>The checksum field and the end of the file.</summary>
    public abstract byte[] GetChecksumField(uint checksum);
}
