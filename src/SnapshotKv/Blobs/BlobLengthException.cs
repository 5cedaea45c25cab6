using System.Globalization;

namespace SnapshotKv.Blobs;

/// <summary>A stream holds more or fewer bytes than were announced of it. Nothing of it was kept; who knows the key says so in the public exception.</summary>
internal sealed class BlobLengthException(long announced, long? actual) : KvStoreException(
    actual is { } length
        ? string.Create(CultureInfo.InvariantCulture, $"{announced} bytes were announced, but the stream ended after {length}.")
        : string.Create(CultureInfo.InvariantCulture, $"{announced} bytes were announced, but the stream holds more."))
{
    /// <summary>The bytes that were announced.</summary>
    public long Announced { get; } = announced;

    /// <summary>The bytes that came; null when there were more than announced, which are not counted.</summary>
    public long? Actual { get; } = actual;
}
