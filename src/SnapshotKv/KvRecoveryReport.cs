namespace SnapshotKv;

/// <summary>What opening a store found on its disk.</summary>
/// <param name="LoadedSnapshot">The snapshot the store came from; null for a new or memory-only store, and for one that came from its journal alone.</param>
/// <param name="Problems">The snapshots that were damaged and set aside, newest first; empty when all was well.</param>
/// <param name="IgnoredFiles">Names among the snapshots that begin like one and are none; they are neither read nor deleted.</param>
/// <remarks>Immutable but for <see cref="Acknowledge"/>, and thread-safe.</remarks>
public sealed record KvRecoveryReport(
    SnapshotInfo? LoadedSnapshot,
    IReadOnlyList<KvRecoveryProblem> Problems,
    IReadOnlyList<string> IgnoredFiles)
{
    private volatile bool _isAcknowledged;

    /// <summary>Whether a newer snapshot than the loaded one was damaged. What was written since may still be there, from the journal: see <see cref="HasLostCommits"/>.</summary>
    public bool FellBack => Problems.Count > 0;

    /// <summary>How many commits the journal brought that the loaded snapshot does not have: those that a crash would otherwise have taken.</summary>
    public long ReplayedCommits { get; init; }

    /// <summary>What a crash cut off at the journal's end; null when it ended as it should. It is no loss of what was acknowledged as being on the device.</summary>
    public KvTornTail? TornTail { get; init; }

    /// <summary>The segments of the journal that were damaged, or that lead nowhere because of damage before them, in order; empty when all was well.</summary>
    public IReadOnlyList<KvRecoveryProblem> JournalProblems { get; init; } = [];

    /// <summary>
    /// What was wrong with the file that says which snapshots are pinned; null when all was well. Every snapshot there was has been pinned instead, by the names
    /// <c>recovered-1</c> for the newest, <c>recovered-2</c> and so on.
    /// </summary>
    public KvRecoveryProblem? HistoryProblem { get; init; }

    /// <summary>The commits that are known to have been made and are not in the store; null when none are known.</summary>
    public KvMissingCommits? MissingCommits { get; init; }

    /// <summary>
    /// Whether Go's program wrote the loaded snapshot after this library had worked in the directory. Its content is what the store has, and commits that only the journal
    /// held are among <see cref="MissingCommits"/>.
    /// </summary>
    public bool GoWroteAfterUs { get; init; }

    /// <summary>Whether this opening found that commits are missing which had been acknowledged: because of damage, or because Go wrote after us.</summary>
    public bool HasLostCommits { get; init; }

    /// <summary>What earlier openings said of commits that they found missing and that nobody has acknowledged since; null when there is nothing.</summary>
    public string? EarlierLoss { get; init; }

    /// <summary>Whether there is no loss, of this opening or of an earlier one, that nobody has acknowledged.</summary>
    public bool IsAcknowledged => _isAcknowledged || (!HasLostCommits && EarlierLoss is null);

    internal static KvRecoveryReport Nothing { get; } = new(null, [], []);

    /// <summary>Removes the note of the loss from the disk.</summary>
    internal Action? Acknowledging { get; init; }

    /// <summary>
    /// Says that somebody knows of the loss and has dealt with it. Until then the log tells it again at every opening, and the health check fails where it reports
    /// damage. Nothing else depends on it: reads and writes go on as before. Without a loss it does nothing.
    /// </summary>
    /// <remarks>When it returns, that is on the device.</remarks>
    /// <exception cref="KvStoreUnavailableException">The disk refused to forget the loss; it stays unacknowledged.</exception>
    public void Acknowledge()
    {
        if (!IsAcknowledged)
        {
            Acknowledging?.Invoke();
            _isAcknowledged = true;
        }
    }
}
