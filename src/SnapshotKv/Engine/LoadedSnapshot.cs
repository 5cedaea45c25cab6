using SnapshotKv.Keyspace;
using SnapshotKv.Snapshots;

namespace SnapshotKv.Engine;

/// <summary>A snapshot that was read while the store is open.</summary>
/// <param name="File">The file.</param>
/// <param name="Header">What it says of itself.</param>
/// <param name="Table">Its entries, or those that were asked for.</param>
internal sealed record LoadedSnapshot(SnapshotFile File, SnapshotHeader Header, RecordTable Table);
