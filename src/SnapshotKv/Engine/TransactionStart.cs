namespace SnapshotKv.Engine;

/// <summary>When a transaction began: the last commit it sees, and the instant at which its clock stands.</summary>
internal sealed class TransactionStart(ulong sequence, long now)
{
    private volatile bool _isForgotten;

    public ulong Sequence { get; } = sequence;

    /// <summary>Unix nanoseconds.</summary>
    public long Now { get; } = now;

    /// <summary>Whether so much was changed since that it is not known any more what: everything counts as changed.</summary>
    public bool IsForgotten
    {
        get => _isForgotten;
        set => _isForgotten = value;
    }
}
