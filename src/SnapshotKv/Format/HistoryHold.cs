namespace SnapshotKv.Format;

/// <summary>A snapshot that a frame of the journal needs.</summary>
/// <param name="Snapshot">The name of the snapshot's file.</param>
/// <param name="Sequence">The frame's number; null while it has none yet, because the commit is being prepared.</param>
internal sealed record HistoryHold(string Snapshot, ulong? Sequence);
