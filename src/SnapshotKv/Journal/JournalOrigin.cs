namespace SnapshotKv.Journal;

/// <summary>Where the commits of an opening go on from; stands in the header of each of its segments.</summary>
/// <param name="Continues">The last commit of the state that was found.</param>
/// <param name="Start">The number after which new commits are numbered; not less, since numbers that a crash took back are not given again.</param>
internal readonly record struct JournalOrigin(ulong Continues, ulong Start);
