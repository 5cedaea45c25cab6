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
}
