namespace SnapshotKv.Journal;

/// <summary>What a <see cref="JournalTail"/> came to.</summary>
internal enum TailReading
{
    /// <summary>Everything that there is at this moment was taken.</summary>
    CaughtUp,

    /// <summary>There is more.</summary>
    More,

    /// <summary>What there is does not go on from what was taken.</summary>
    Lost,
}
