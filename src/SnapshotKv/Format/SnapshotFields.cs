namespace SnapshotKv.Format;

/// <summary>
/// The field names of a snapshot. Go's own six, and ours, which Go's decoders skip because they do not know them; Go compares JSON names in any
/// letter case, so that ours must differ from Go's in more than that.
/// </summary>
internal static class SnapshotFields
{
    public static ReadOnlySpan<byte> Version => "version"u8;

    public static ReadOnlySpan<byte> CreatedAt => "created_at"u8;

    public static ReadOnlySpan<byte> Data => "data"u8;

    public static ReadOnlySpan<byte> Value => "value"u8;

    public static ReadOnlySpan<byte> ExpiresAt => "expires_at"u8;

    public static ReadOnlySpan<byte> BlobReference => "blob_ref"u8;

    /// <summary>Ours, at the top: the sequence number up to which commits are in the snapshot.</summary>
    public static ReadOnlySpan<byte> Sequence => "sequence"u8;

    /// <summary>Ours, at the top, before the entries: how many there are.</summary>
    public static ReadOnlySpan<byte> Entries => "entries"u8;

    /// <summary>Ours, at the top, before the entries: why the snapshot was saved.</summary>
    public static ReadOnlySpan<byte> Reason => "reason"u8;

    /// <summary>Ours, at the top, after the entries and only when there are any: the blobs and between which commits each was referred to.</summary>
    public static ReadOnlySpan<byte> Blobs => "blobs"u8;

    /// <summary>Ours, at the top, after the entries and only when there are any: the serializers of partitions.</summary>
    public static ReadOnlySpan<byte> Serializers => "serializers"u8;

    /// <summary>Ours, at the top, the last field: CRC-32C of all bytes before its name.</summary>
    public static ReadOnlySpan<byte> Checksum => "checksum"u8;

    /// <summary>Ours, in an entry: nanoseconds.</summary>
    public static ReadOnlySpan<byte> SlidingWindow => "sliding_window"u8;

    /// <summary>Ours, in an entry: Unix nanoseconds.</summary>
    public static ReadOnlySpan<byte> AbsoluteCap => "absolute_cap"u8;

    /// <summary>Ours, in an entry: an array of text.</summary>
    public static ReadOnlySpan<byte> Tags => "tags"u8;

    /// <summary>Version 1, in the user's document: Unix nanoseconds.</summary>
    public static ReadOnlySpan<byte> TtlExpires => "_ttl_expires"u8;

    /// <summary>Version 1, in the user's document.</summary>
    public static ReadOnlySpan<byte> DocumentBlobReference => "_blob_ref"u8;
}
