namespace SnapshotKv.Engine;

/// <summary>When a transaction began: the last commit it sees, and the instant at which its clock stands.</summary>
internal sealed class TransactionStart(ulong sequence, long now)
{
    public ulong Sequence { get; } = sequence;

    /// <summary>Unix nanoseconds.</summary>
    public long Now { get; } = now;
}
