namespace SnapshotKv.Journal;

/// <summary>A place between two frames.</summary>
/// <param name="Segment">The segment.</param>
/// <param name="Offset">Where in it.</param>
internal sealed record JournalPlace(SegmentFile Segment, long Offset);
