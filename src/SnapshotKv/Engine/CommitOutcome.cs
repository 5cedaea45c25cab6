namespace SnapshotKv.Engine;

/// <summary>What became of a commit.</summary>
/// <param name="Sequence">Its number; the last commit's when nothing was changed.</param>
/// <param name="Removed">How many live entries were removed.</param>
/// <param name="IsRefused">Whether a condition did not hold, and nothing was changed.</param>
/// <param name="Conflict">The key whose condition did not hold, where it is known.</param>
internal readonly record struct CommitOutcome(ulong Sequence, long Removed, bool IsRefused = false, byte[]? Conflict = null)
{
    /// <summary>Whether nothing was to be changed, so that no commit was made.</summary>
    public bool IsEmpty { get; init; }

    public static CommitOutcome Empty(ulong sequence) => new(sequence, 0) { IsEmpty = true };

    public static CommitOutcome Refused(byte[]? conflict) => new(0, 0, IsRefused: true, conflict);
}
