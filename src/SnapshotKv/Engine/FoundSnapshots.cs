using SnapshotKv.Snapshots;

namespace SnapshotKv.Engine;

/// <summary>What the snapshots of a directory came to: the newest that could be read, and what stood in its way.</summary>
/// <param name="Listing">All there are.</param>
/// <param name="Loaded">The snapshot that was read; null when there was none.</param>
/// <param name="Header">What it says of itself.</param>
/// <param name="Entries">What it holds.</param>
/// <param name="Damaged">The newer ones, which could not be read, newest first.</param>
internal sealed record FoundSnapshots(
    SnapshotListing Listing,
    SnapshotInfo? Loaded,
    SnapshotHeader? Header,
    TableSink Entries,
    IReadOnlyList<(SnapshotInfo Snapshot, KvStoreCorruptedException Damage)> Damaged)
{
    /// <summary>Whether Go wrote what was read.</summary>
    public bool IsForeign => Header is { Sequence: null };

    /// <summary>The last commit that is in it; 0 where that is not known.</summary>
    public ulong Sequence => Header?.Sequence ?? 0;
}
