using SnapshotKv.Diagnostics;
using SnapshotKv.Journal;

namespace SnapshotKv.Engine;

/// <summary>What observable instruments read of an open store.</summary>
internal sealed class StoreGauges(
    CommitPipeline pipeline, Checkpointer? checkpointer, KvRecoveryReport report, JournalWriter? journal, JournalFiles? journalFiles, JournalUpkeep? upkeep, JournalFollower? follower = null) : IStoreGauges
{
    public long Entries => pipeline.Table.Count;

    public TimeSpan UnsavedAge => checkpointer?.Unsaved.Age ?? TimeSpan.Zero;

    public int FailedSaves => checkpointer?.History.Current.Failures ?? 0;

    public int Watchers => pipeline.Feed.SubscriptionCount;

    public long MissedByWatchers => pipeline.Feed.MissedCount;

    public int RecoveryProblems => report.Problems.Count + report.JournalProblems.Count;

    public bool HasJournal => journal is not null;

    public long JournalBytes => journalFiles?.TotalBytes ?? 0;

    public long JournalUnusedBytes => journal?.UnusedBytes ?? 0;

    public long JournalCommits => journal?.AppendedCommits ?? 0;

    public long JournalAppendedBytes => journal?.AppendedBytes ?? 0;

    public long JournalUnflushed => journal?.UnflushedCommits ?? 0;

    public long JournalSlides => upkeep?.ToldSlides ?? 0;

    public bool IsFaulted => journal?.Flushes.Fault is not null;

    public bool IsRefusingWrites => journal?.Refusal is not null;

    public KvFollowerStatus? Follower => follower?.Status;
}
