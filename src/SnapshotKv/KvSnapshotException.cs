namespace SnapshotKv;

/// <summary>A snapshot cannot be had, pinned or restored as asked; <see cref="Reason"/> says why. Nothing was changed.</summary>
public class KvSnapshotException : KvStoreException
{
    /// <summary>Initializes a new instance without a message of its own.</summary>
    public KvSnapshotException()
    {
    }

    /// <summary>Initializes a new instance.</summary>
    /// <param name="message">What went wrong, where, and what to do.</param>
    public KvSnapshotException(string? message)
        : base(message)
    {
    }

    /// <summary>Initializes a new instance.</summary>
    /// <param name="message">What went wrong, where, and what to do.</param>
    /// <param name="innerException">What caused it.</param>
    public KvSnapshotException(string? message, Exception? innerException)
        : base(message, innerException)
    {
    }

    /// <summary>Initializes a new instance for a snapshot.</summary>
    /// <param name="snapshot">The name that was asked for.</param>
    /// <param name="reason">What is wrong.</param>
    /// <param name="message">What went wrong, where, and what to do.</param>
    /// <param name="innerException">What caused it.</param>
    public KvSnapshotException(string snapshot, KvSnapshotProblem reason, string message, Exception? innerException = null)
        : base(message, innerException)
    {
        Snapshot = snapshot;
        Reason = reason;
    }

    /// <summary>The snapshot, by the name that was asked for; null when it is not told.</summary>
    public string? Snapshot { get; }

    /// <summary>What is wrong.</summary>
    public KvSnapshotProblem Reason { get; }

    internal static KvSnapshotException NotFound(string snapshot, Exception? innerException = null) => new(
        snapshot,
        KvSnapshotProblem.NotFound,
        $"There is no snapshot '{snapshot}', and none is pinned by that name. It may have been deleted as one of the oldest; {nameof(IKvSnapshots.ListSnapshots)} tells which there are.",
        innerException);
}
