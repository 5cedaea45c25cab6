namespace SnapshotKv;

/// <summary>A file of the store is damaged, or is not what its name says.</summary>
public class KvStoreCorruptedException : KvStoreException
{
    /// <summary>Initializes a new instance without a message of its own.</summary>
    public KvStoreCorruptedException()
    {
    }

    /// <summary>Initializes a new instance.</summary>
    /// <param name="message">What went wrong, where, and what to do.</param>
    public KvStoreCorruptedException(string? message)
        : base(message)
    {
    }

    /// <summary>Initializes a new instance.</summary>
    /// <param name="message">What went wrong, where, and what to do.</param>
    /// <param name="innerException">What caused it.</param>
    public KvStoreCorruptedException(string? message, Exception? innerException)
        : base(message, innerException)
    {
    }

    /// <summary>Initializes a new instance for one file.</summary>
    /// <param name="file">The path of the file.</param>
    /// <param name="offset">Where in it, in bytes, decompressed where it is compressed; null when that is not known.</param>
    /// <param name="reason">What is wrong there.</param>
    /// <param name="innerException">What caused it.</param>
    public KvStoreCorruptedException(string file, long? offset, string reason, Exception? innerException = null)
        : base(offset is { } at ? string.Create(System.Globalization.CultureInfo.InvariantCulture, $"'{file}' is damaged at byte {at}: {reason}") : $"'{file}' is damaged: {reason}", innerException)
    {
        File = file;
        Offset = offset;
        Reason = reason;
    }

    /// <summary>The path of the damaged file, where there is just one.</summary>
    public string? File { get; }

    /// <summary>Where in the file the damage was seen, in bytes, decompressed where it is compressed; null when that is not known.</summary>
    public long? Offset { get; }

    /// <summary>What is wrong, without the place.</summary>
    public string? Reason { get; }
}
