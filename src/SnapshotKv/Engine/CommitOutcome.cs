namespace SnapshotKv.Engine;

/// <summary>What became of a commit.</summary>
/// <param name="Sequence">Its number; the last commit's when nothing was changed.</param>
/// <param name="Removed">How many live entries were removed.</param>
/// <param name="Conflict">The key whose condition did not hold; null when the commit was carried out.</param>
internal readonly record struct CommitOutcome(ulong Sequence, int Removed, byte[]? Conflict);
