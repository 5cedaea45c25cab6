using SnapshotKv.Format;

namespace SnapshotKv.Snapshots;

/// <summary>What a snapshot says of itself.</summary>
/// <param name="Format">The format of the snapshot and of the values in it.</param>
/// <param name="Version">Go's format version, 1 or 2.</param>
/// <param name="InlineValues">Whether the values were inline, as v0.2.0 wrote them under version 2.</param>
/// <param name="Sequence">Our sequence number up to which commits are in it; null in a file that Go wrote.</param>
/// <param name="CreatedAt">When it was made, where the file tells.</param>
/// <param name="Count">The entries it holds.</param>
/// <param name="OpaqueKeyCount">Those of them whose keys are not UTF-8.</param>
internal sealed record SnapshotHeader(
    KvFormat Format,
    int Version,
    bool InlineValues,
    ulong? Sequence,
    DateTimeOffset? CreatedAt,
    int Count,
    int OpaqueKeyCount)
{
    /// <summary>Why it was saved, where the file tells.</summary>
    public KvSaveReason Reason { get; init; }

    /// <summary>What it tells beside its entries; nothing in a file that Go wrote.</summary>
    public SnapshotExtras Extras { get; init; } = SnapshotExtras.None;
}
