using SnapshotKv.Journal;
using SnapshotKv.Keyspace;

namespace SnapshotKv.Engine;

/// <summary>What a follower has read of a directory.</summary>
/// <param name="Found">The snapshots.</param>
/// <param name="Table">The entries, with what the journal brought.</param>
/// <param name="Serializers">The serializer of each prefix.</param>
/// <param name="Settled">See <see cref="FrameSink.Settled"/>.</param>
/// <param name="Outcome">Where the journal has ended so far.</param>
/// <param name="Sequence">The last commit.</param>
internal sealed record FollowedState(
    FoundSnapshots Found,
    RecordTable Table,
    IReadOnlyDictionary<string, string> Serializers,
    ulong Settled,
    JournalOutcome Outcome,
    ulong Sequence)
{
    /// <summary>Whether there was nothing at all: no snapshot, and no journal.</summary>
    public required bool IsEmpty { get; init; }

    /// <summary>Why the journal does not lead on from here, whatever is appended to it; null when it does.</summary>
    public string? JournalProblem { get; init; }

    /// <summary>Why the newest snapshot could not be read; null when it could.</summary>
    public string? SnapshotProblem { get; init; }

    /// <summary>What is in the way of having everything; null for nothing.</summary>
    public string? Problem => JournalProblem ?? SnapshotProblem;

    /// <summary>
    /// What is to be found a second time before it is believed, since it may come of the owner's writing meanwhile; null when there is nothing of the kind.
    /// </summary>
    public string? Doubt { get; init; }

    /// <summary>The same, but that nothing is believed of what is in doubt: whoever reads the journal on stands before it, and sees for himself.</summary>
    public FollowedState LeaveOpen() => this with { Outcome = Outcome with { Break = null }, JournalProblem = null, Doubt = null };
}
