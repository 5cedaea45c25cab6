namespace SnapshotKv;

/// <summary>A blob cannot be had, or was not what was announced; <see cref="Reason"/> says which. Nothing was changed.</summary>
public class KvBlobException : KvStoreException
{
    /// <summary>Initializes a new instance without a message of its own.</summary>
    public KvBlobException()
    {
    }

    /// <summary>Initializes a new instance.</summary>
    /// <param name="message">What went wrong, where, and what to do.</param>
    public KvBlobException(string? message)
        : base(message)
    {
    }

    /// <summary>Initializes a new instance.</summary>
    /// <param name="message">What went wrong, where, and what to do.</param>
    /// <param name="innerException">What caused it.</param>
    public KvBlobException(string? message, Exception? innerException)
        : base(message, innerException)
    {
    }

    /// <summary>Initializes a new instance for a key.</summary>
    /// <param name="key">The key.</param>
    /// <param name="reason">What is wrong.</param>
    /// <param name="message">What went wrong, where, and what to do.</param>
    /// <param name="innerException">What caused it.</param>
    public KvBlobException(string key, KvBlobProblem reason, string message, Exception? innerException = null)
        : base(message, innerException)
    {
        Key = key;
        Reason = reason;
    }

    /// <summary>The key; null when it is not told.</summary>
    public string? Key { get; }

    /// <summary>What is wrong.</summary>
    public KvBlobProblem Reason { get; }
}
