namespace SnapshotKv.Engine;

/// <summary>What somebody wants to be on the disk.</summary>
/// <param name="Sequence">The last commit when he asked.</param>
/// <param name="HasSlides">Whether slides waited for a save then.</param>
/// <param name="Failures">How many saves had failed. One that fails later may have been about to save slides that were no longer waiting.</param>
internal readonly record struct SaveRequest(ulong Sequence, bool HasSlides, int Failures)
{
    /// <summary>Why, should it come to a save of its own.</summary>
    public KvSaveReason Reason { get; init; }

    /// <summary>Whether a save that fails while he waits for his turn is his failure, too.</summary>
    public bool SharesFailure { get; init; }

    /// <summary>The failure that is not his, because he knew of it.</summary>
    public FailedSave? KnownFailure { get; init; }
}
