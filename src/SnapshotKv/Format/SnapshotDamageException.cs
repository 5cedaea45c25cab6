namespace SnapshotKv.Format;

/// <summary>
/// Bytes that are not a snapshot this library reads. Snapshot code throws it without knowing the file; the reader turns it into the public
/// exception that names it.
/// </summary>
internal sealed class SnapshotDamageException(string reason, long? offset = null, Exception? innerException = null) : Exception(reason, innerException)
{
    /// <summary>Where, in decompressed bytes from the start; null when that is not known.</summary>
    public long? Offset { get; } = offset;
}
