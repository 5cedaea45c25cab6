namespace SnapshotKv;

/// <summary>The directory is in use: another store, in this process or another, has it open. The message names the holder.</summary>
public class KvStoreLockedException : KvStoreException
{
    /// <summary>Initializes a new instance without a message of its own.</summary>
    public KvStoreLockedException()
    {
    }

    /// <summary>Initializes a new instance.</summary>
    /// <param name="message">What went wrong, where, and what to do.</param>
    public KvStoreLockedException(string? message)
        : base(message)
    {
    }

    /// <summary>Initializes a new instance.</summary>
    /// <param name="message">What went wrong, where, and what to do.</param>
    /// <param name="innerException">What caused it.</param>
    public KvStoreLockedException(string? message, Exception? innerException)
        : base(message, innerException)
    {
    }
}
