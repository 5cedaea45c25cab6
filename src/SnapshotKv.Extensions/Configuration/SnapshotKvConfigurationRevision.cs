namespace SnapshotKv.Extensions.Configuration;

/// <summary>One write in the history.</summary>
/// <param name="Revision">Its number: 1 for the first, one more for each.</param>
/// <param name="CommittedAt">When it was committed, in UTC.</param>
/// <param name="Author">Who made it; null when it was not said.</param>
/// <param name="Reason">Why; null when it was not said.</param>
/// <param name="UndoOf">The revision that it took back; null when it took none back.</param>
/// <param name="Changes">What it changed.</param>
public sealed record SnapshotKvConfigurationRevision(
    long Revision,
    DateTimeOffset CommittedAt,
    string? Author,
    string? Reason,
    long? UndoOf,
    IReadOnlyList<SnapshotKvConfigurationValueChange> Changes)
{
    /// <summary>The file name of the snapshot that it went back to; null when it went back to none.</summary>
    public string? RestoredFrom { get; init; }
}
