namespace SnapshotKv.Snapshots;

/// <summary>By what the journal knows a snapshot's file again that it needs.</summary>
/// <param name="SizeBytes">Its size.</param>
/// <param name="Checksum">CRC-32C of its bytes, as they lie on the disk.</param>
internal readonly record struct SnapshotFingerprint(long SizeBytes, uint Checksum);
