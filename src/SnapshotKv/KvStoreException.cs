namespace SnapshotKv;

/// <summary>The base of everything that can go wrong with a store itself. Misuse gets the framework's own exceptions instead.</summary>
public class KvStoreException : Exception
{
    /// <summary>Initializes a new instance without a message of its own.</summary>
    public KvStoreException()
    {
    }

    /// <summary>Initializes a new instance.</summary>
    /// <param name="message">What went wrong, where, and what to do.</param>
    public KvStoreException(string? message)
        : base(message)
    {
    }

    /// <summary>Initializes a new instance.</summary>
    /// <param name="message">What went wrong, where, and what to do.</param>
    /// <param name="innerException">What caused it.</param>
    public KvStoreException(string? message, Exception? innerException)
        : base(message, innerException)
    {
    }
}
