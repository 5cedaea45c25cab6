using SnapshotKv.Format;
using SnapshotKv.Keyspace;
using SnapshotKv.Snapshots;

namespace SnapshotKv.Engine;

/// <summary>A snapshot that was read while the store is open.</summary>
/// <param name="File">The file.</param>
/// <param name="Header">What it says of itself.</param>
/// <param name="Table">Its entries, or those that were asked for.</param>
internal sealed record LoadedSnapshot(SnapshotFile File, SnapshotHeader Header, RecordTable Table)
{
    /// <summary>The entries that were alive at an instant.</summary>
    /// <param name="now">In Unix nanoseconds.</param>
    public Record[] LiveRecords(long now) =>
        Table.ExpiringCount > 0 ? [.. Table.EnumerateRecords().Where(record => !record.IsExpiredAt(now))] : [.. Table.EnumerateRecords()];
}
