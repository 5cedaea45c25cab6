namespace SnapshotKv;

/// <summary>
/// The device did not take what was written to it, and what it holds is unknown: whether the write that gets this exception is there after a restart cannot be told.
/// The store takes no more writes until it is opened again; reads go on.
/// </summary>
public class KvStoreFaultedException : KvStoreException
{
    /// <summary>Initializes a new instance without a message of its own.</summary>
    public KvStoreFaultedException()
    {
    }

    /// <summary>Initializes a new instance.</summary>
    /// <param name="message">What went wrong, where, and what to do.</param>
    public KvStoreFaultedException(string? message)
        : base(message)
    {
    }

    /// <summary>Initializes a new instance.</summary>
    /// <param name="message">What went wrong, where, and what to do.</param>
    /// <param name="innerException">What caused it.</param>
    public KvStoreFaultedException(string? message, Exception? innerException)
        : base(message, innerException)
    {
    }
}
