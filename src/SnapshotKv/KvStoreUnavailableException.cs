namespace SnapshotKv;

/// <summary>The disk refused an operation before anything was acknowledged: no space, no permission, read-only. Nothing was lost; try again once the cause is removed.</summary>
/// <remarks>
/// A write that it was thrown for was not done, unless it waits for a snapshot: one that asks for <see cref="KvDurability.Disk"/> in a store of level <see cref="KvDurability.Snapshot"/>. That one is
/// done in memory first, and what was refused is the snapshot that was to hold it; the message says so. Do not repeat it, which would count an increment twice: call
/// <see cref="KvStore.Save"/>, or leave it to the next save.
/// </remarks>
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
