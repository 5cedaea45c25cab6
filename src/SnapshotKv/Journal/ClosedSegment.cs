namespace SnapshotKv.Journal;

/// <summary>A segment that nothing is appended to any more.</summary>
/// <param name="Ordinal">Its place in the order.</param>
/// <param name="Size">The bytes it takes of the disk.</param>
/// <param name="LastSequence">The number of its last frame, or the one behind which its opening begins; 0 when it cannot be read.</param>
internal readonly record struct ClosedSegment(ulong Ordinal, long Size, ulong LastSequence);
