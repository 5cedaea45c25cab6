namespace SnapshotKv;

/// <summary>
/// What a commit relied on has changed: an entry has another version than was required, or something that a transaction read, wrote or scanned was
/// changed since it began. Nothing was changed; read again and try again.
/// </summary>
public class KvConflictException : KvStoreException
{
    /// <summary>Initializes a new instance without a message of its own.</summary>
    public KvConflictException()
    {
    }

    /// <summary>Initializes a new instance.</summary>
    /// <param name="message">What went wrong, where, and what to do.</param>
    public KvConflictException(string? message)
        : base(message)
    {
    }

    /// <summary>Initializes a new instance.</summary>
    /// <param name="message">What went wrong, where, and what to do.</param>
    /// <param name="innerException">What caused it.</param>
    public KvConflictException(string? message, Exception? innerException)
        : base(message, innerException)
    {
    }

    /// <summary>Initializes a new instance for a key.</summary>
    /// <param name="key">The key that was changed by another.</param>
    /// <param name="message">What went wrong, where, and what to do.</param>
    public KvConflictException(string key, string message)
        : base(message)
    {
        Key = key;
    }

    /// <summary>The key that was changed by another; null when it is not one key.</summary>
    public string? Key { get; }
}
