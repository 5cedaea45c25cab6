namespace SnapshotKv.Engine;

/// <summary>
/// What is to be done with the files of a directory before its store takes the first write. First comes a snapshot of what was found: from then on everything builds on
/// that, and what is moved away afterwards is needed for nothing.
/// </summary>
/// <param name="IsSaveDue">Whether the snapshot must come first; without, the files that are moved are not built upon anyway.</param>
/// <param name="Snapshots">The snapshots that go to quarantine, with what is wrong with them.</param>
/// <param name="Segments">The segments that go to quarantine.</param>
/// <param name="Dropped">The segments, by ordinal, that hold nothing which is not in a snapshot, and cannot be gone on from.</param>
internal sealed record Possession(
    bool IsSaveDue,
    IReadOnlyList<KvRecoveryProblem> Snapshots,
    IReadOnlyList<KvRecoveryProblem> Segments,
    IReadOnlyList<ulong> Dropped);
