using SnapshotKv.Snapshots;

namespace SnapshotKv.Engine;

/// <summary>What a snapshot brings to a restore.</summary>
/// <param name="Header">What it says of itself.</param>
/// <param name="Fingerprint">What its file is known again by.</param>
/// <param name="Entries">The entries that are to be restored.</param>
internal sealed record RestoreContents(SnapshotHeader Header, SnapshotFingerprint Fingerprint, TableSink Entries);
