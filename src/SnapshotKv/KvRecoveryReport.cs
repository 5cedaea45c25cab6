namespace SnapshotKv;

/// <summary>What opening a store found on its disk.</summary>
/// <param name="LoadedSnapshot">The snapshot the store came from; null for a new or memory-only store.</param>
/// <param name="Problems">The snapshots that were damaged and set aside, newest first; empty when all was well.</param>
/// <param name="IgnoredFiles">Names among the snapshots that begin like one and are none; they are neither read nor deleted.</param>
public sealed record KvRecoveryReport(
    SnapshotInfo? LoadedSnapshot,
    IReadOnlyList<KvRecoveryProblem> Problems,
    IReadOnlyList<string> IgnoredFiles)
{
    /// <summary>Whether a newer snapshot than the loaded one was damaged, so that what was written after the loaded one is missing.</summary>
    public bool FellBack => Problems.Count > 0;

    internal static KvRecoveryReport Nothing { get; } = new(null, [], []);
}
