using SnapshotKv.Format;
using SnapshotKv.Keyspace;

namespace SnapshotKv.Engine;

/// <summary>What opening a directory found.</summary>
/// <param name="Table">The entries.</param>
/// <param name="Sequence">The last sequence number in use.</param>
/// <param name="Report">What there was, what was damaged, what was left alone.</param>
/// <param name="IsRewriteDue">Whether the file is of another format or an older version than what the store writes.</param>
internal sealed record RecoveredStore(RecordTable Table, ulong Sequence, KvRecoveryReport Report, bool IsRewriteDue = false)
{
    /// <summary>What the snapshot tells beside its entries.</summary>
    public SnapshotExtras Extras { get; init; } = SnapshotExtras.None;
}
