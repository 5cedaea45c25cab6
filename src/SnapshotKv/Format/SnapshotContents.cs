namespace SnapshotKv.Format;

/// <summary>What a snapshot that is to be written says of itself.</summary>
/// <param name="Format">The format of the snapshot; every value in it must be of the same.</param>
/// <param name="Sequence">The sequence number up to which commits are in it.</param>
/// <param name="CreatedAt">When it was made; its offset shows in a JSON snapshot only.</param>
/// <param name="Extras">What it tells beside its entries; null for nothing.</param>
/// <param name="Reason">Why it is saved.</param>
internal readonly record struct SnapshotContents(
    KvFormat Format, ulong Sequence, DateTimeOffset CreatedAt, SnapshotExtras? Extras = null, KvSaveReason Reason = KvSaveReason.Unknown);
