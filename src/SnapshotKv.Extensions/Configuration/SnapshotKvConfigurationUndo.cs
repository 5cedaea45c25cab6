namespace SnapshotKv.Extensions.Configuration;

/// <summary>What of a revision is to be taken back, by whom and why.</summary>
/// <param name="Revision">The number of the revision.</param>
/// <remarks>Immutable, if the keys are left alone.</remarks>
public sealed record SnapshotKvConfigurationUndo(long Revision)
{
    /// <summary>Which of the keys that the revision changed are given the value of before.</summary>
    /// <value>Default: null, all of them. Case does not matter.</value>
    public IReadOnlyCollection<string>? Keys { get; init; }

    /// <summary>Whether keys that were changed since are given the value of before all the same.</summary>
    /// <value>Default: false, that is a conflict. What is overwritten so stands in the history, and can be taken back in turn.</value>
    public bool Force { get; init; }

    /// <summary>Who takes it back; kept in the history.</summary>
    public string? Author { get; init; }

    /// <summary>Why; kept in the history.</summary>
    /// <value>Default: null, a sentence that names the revision.</value>
    public string? Reason { get; init; }
}
