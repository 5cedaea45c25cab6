namespace SnapshotKv;

/// <summary>A value cannot be stored as it is, or what is stored under a key is not what was asked for. The store is unchanged.</summary>
public class KvSerializationException : KvStoreException
{
    /// <summary>Initializes a new instance without a message of its own.</summary>
    public KvSerializationException()
    {
    }

    /// <summary>Initializes a new instance.</summary>
    /// <param name="message">What went wrong, where, and what to do.</param>
    public KvSerializationException(string? message)
        : base(message)
    {
    }

    /// <summary>Initializes a new instance.</summary>
    /// <param name="message">What went wrong, where, and what to do.</param>
    /// <param name="innerException">What caused it.</param>
    public KvSerializationException(string? message, Exception? innerException)
        : base(message, innerException)
    {
    }

    /// <summary>Initializes a new instance for one key.</summary>
    /// <param name="key">The key whose value it is about.</param>
    /// <param name="message">What went wrong, without the key.</param>
    /// <param name="innerException">What caused it.</param>
    public KvSerializationException(string key, string message, Exception? innerException = null)
        : base($"Key '{key}': {message}", innerException)
    {
        Key = key;
    }

    /// <summary>The key whose value it is about; null when the value was not yet given a key.</summary>
    public string? Key { get; }
}
