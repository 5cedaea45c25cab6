namespace SnapshotKv.Diagnostics;

/// <summary>What an open store answers to observable instruments. All answers are at hand: no lock, no I/O.</summary>
internal interface IStoreGauges
{
    long Entries { get; }

    TimeSpan UnsavedAge { get; }

    int FailedSaves { get; }

    int Watchers { get; }

    long MissedByWatchers { get; }

    int RecoveryProblems { get; }

    /// <summary>Whether there is a journal; without one the rest says nothing.</summary>
    bool HasJournal { get; }

    long JournalBytes { get; }

    long JournalUnusedBytes { get; }

    long JournalCommits { get; }

    long JournalAppendedBytes { get; }

    long JournalUnflushed { get; }

    long JournalSlides { get; }

    bool IsFaulted { get; }

    bool IsRefusingWrites { get; }

    /// <summary>How far a follower has come; null for a store that follows nobody.</summary>
    KvFollowerStatus? Follower { get; }
}
