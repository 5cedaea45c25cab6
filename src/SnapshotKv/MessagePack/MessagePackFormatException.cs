namespace SnapshotKv.MessagePack;

/// <summary>Bytes that are not the MessagePack that was expected. Callers turn it into the public exception that names file or key.</summary>
internal sealed class MessagePackFormatException(string reason, long offset, Exception? innerException = null)
    : Exception(string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{reason} (at byte {offset})"), innerException)
{
    /// <summary>What is wrong, without the place.</summary>
    public string Reason { get; } = reason;

    /// <summary>The offset of the token at fault, from the start of the bytes that were read.</summary>
    public long Offset { get; } = offset;
}
