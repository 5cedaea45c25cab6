namespace SnapshotKv.Journal;

/// <summary>A place in the journal where something is not as it was written.</summary>
/// <param name="Segment">The segment.</param>
/// <param name="Offset">Where in it.</param>
/// <param name="Reason">What is wrong there.</param>
/// <param name="IsDamage">Whether no crash can have left it so; otherwise what else there is must tell.</param>
internal sealed record JournalSpot(SegmentFile Segment, long Offset, string Reason, bool IsDamage);
