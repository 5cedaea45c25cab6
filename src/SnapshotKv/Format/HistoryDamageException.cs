namespace SnapshotKv.Format;

/// <summary>
/// Bytes that are not a history this library reads. The code that parses them throws it without knowing the file; <c>HistoryFile</c> turns it into the public exception that
/// names it.
/// </summary>
internal sealed class HistoryDamageException(string reason, long? offset = null, Exception? innerException = null) : Exception(reason, innerException)
{
    /// <summary>Where, in bytes from the start; null when that is not known.</summary>
    public long? Offset { get; } = offset;
}
