namespace SnapshotKv;

/// <summary>How far a follower has come, and what stands in its way.</summary>
/// <remarks>Immutable: how it was at one moment. Thread-safe to ask for; costs some objects, and no file is looked at.</remarks>
public sealed record KvFollowerStatus
{
    /// <summary>The number of the owner's last commit that the follower has; 0 before the first.</summary>
    /// <remarks>Goes back only with the owner, where that has lost commits or begun anew.</remarks>
    public required long Version { get; init; }

    /// <summary>When the follower last had everything that the directory has; null when it never had.</summary>
    /// <remarks>By this process's clock. A commit that the owner makes right afterwards is noticed with the next look. Looks begin 50 ms apart, as far as the timer is punctual and none takes longer than that.</remarks>
    public required DateTimeOffset? CaughtUpAt { get; init; }

    /// <summary>
    /// For how long the follower may have been behind its owner: since <see cref="CaughtUpAt"/>. Some tens of milliseconds while all is well; it grows while the directory cannot be read,
    /// what is read does not lead on, or everything is to be read anew and rests from the last time.
    /// </summary>
    /// <remarks>An owner that writes no journal (<see cref="KvDurability.Snapshot"/>) tells what it has with each snapshot only, and nothing here says how old the newest is.</remarks>
    public required TimeSpan Lag { get; init; }

    /// <summary>What stands in the follower's way, in words for a person; null while all is well. What it has read before stays readable, and it goes on trying.</summary>
    public required string? Problem { get; init; }

    /// <summary>What it failed with; null while all is well, and where no exception says more than <see cref="Problem"/>.</summary>
    public required Exception? Error { get; init; }

    /// <summary>Since when there is a <see cref="Problem"/>; null while all is well.</summary>
    public required DateTimeOffset? ProblemSince { get; init; }

    /// <summary>How many of the owner's commits it carried out one by one since it was opened.</summary>
    public required long Commits { get; init; }

    /// <summary>
    /// How often it read everything anew since it was opened: because the journal did not lead on from what it had, or could not be read; because a snapshot has more than the journal leads to,
    /// or the newest one is gone; or because the owner has slid an entry on that was not here.
    /// </summary>
    /// <remarks>Watchers got a <see cref="KvChangeKind.Reset"/> each time, but where nothing led on and everything read anew was found to end where it stood already.</remarks>
    public required long Reloads { get; init; }

    /// <summary>The snapshot that was read last; null when there was none.</summary>
    public required SnapshotInfo? Snapshot { get; init; }
}
