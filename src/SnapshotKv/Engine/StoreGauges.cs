using SnapshotKv.Diagnostics;

namespace SnapshotKv.Engine;

/// <summary>What observable instruments read of an open store.</summary>
internal sealed class StoreGauges(CommitPipeline pipeline, Checkpointer? checkpointer, KvRecoveryReport report) : IStoreGauges
{
    public long Entries => pipeline.Table.Count;

    public TimeSpan UnsavedAge => checkpointer?.Unsaved.Age ?? TimeSpan.Zero;

    public int FailedSaves => checkpointer?.History.Current.Failures ?? 0;

    public int Watchers => pipeline.Feed.SubscriptionCount;

    public long MissedByWatchers => pipeline.Feed.MissedCount;

    public int RecoveryProblems => report.Problems.Count;
}
