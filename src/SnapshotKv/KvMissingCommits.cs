namespace SnapshotKv;

/// <summary>Commits that were made and are not in the store.</summary>
/// <param name="From">The lowest number that a missing commit can have.</param>
/// <param name="Through">The highest that one is known to have; null when that is not known.</param>
/// <remarks>Not every number in between was given to a commit, since each opening begins with a higher one; where only the snapshot of an opening is damaged that made no commit, and had no room in the journal or none at all to say so, none was.</remarks>
public sealed record KvMissingCommits(ulong From, ulong? Through);
