namespace SnapshotKv.Format;

/// <summary>A name that keeps a snapshot.</summary>
/// <param name="Name">The name.</param>
/// <param name="Snapshot">The name of the snapshot's file.</param>
/// <param name="PinnedAt">When it was given.</param>
/// <param name="IsAutomatic">Whether the store gave it by itself, before a restore; of these only the newest are kept.</param>
internal sealed record HistoryPin(string Name, string Snapshot, DateTimeOffset PinnedAt, bool IsAutomatic);
