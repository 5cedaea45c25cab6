namespace SnapshotKv;

/// <summary>The disk refused an operation before anything was acknowledged: no space, no permission, read-only. Nothing was lost; try again once the cause is removed.</summary>
public class KvStoreUnavailableException : KvStoreException
{
    /// <summary>Initializes a new instance without a message of its own.</summary>
    public KvStoreUnavailableException()
    {
    }

    /// <summary>Initializes a new instance.</summary>
    /// <param name="message">What went wrong, where, and what to do.</param>
    public KvStoreUnavailableException(string? message)
        : base(message)
    {
    }

    /// <summary>Initializes a new instance.</summary>
    /// <param name="message">What went wrong, where, and what to do.</param>
    /// <param name="innerException">What caused it.</param>
    public KvStoreUnavailableException(string? message, Exception? innerException)
        : base(message, innerException)
    {
    }
}
