namespace SnapshotKv;

/// <content>How the store is doing.</content>
public sealed partial class KvStore
{
    /// <summary>How the store is doing at this moment.</summary>
    /// <returns>The numbers, which do not change any more.</returns>
    /// <remarks>Costs some tens of nanoseconds and an object: everything is at hand, no lock is taken and no file is looked at.</remarks>
    /// <exception cref="ObjectDisposedException">The store is closed.</exception>
    public KvStoreStatistics GetStatistics()
    {
        Engine.ThrowIfClosed();
        var pipeline = Engine.Pipeline;
        var saves = Engine.Checkpointer?.History.Current;

        // Before the version: a commit between the two must not look as if it had been flushed before it was made.
        var durable = (long?)_store.DurableSequence;
        return new()
        {
            Name = _store.Name,
            Entries = pipeline.Table.Count,
            Version = (long)pipeline.Sequence,
            LastSnapshot = Engine.Checkpointer?.Latest,
            LastSavedAt = saves?.LastSavedAt,
            LastSaveDuration = saves?.LastDuration,
            FailedSaves = saves?.Failures ?? 0,
            LastSaveError = saves?.Error,
            UnsavedSince = Engine.Checkpointer?.Unsaved.Since,
            Watchers = pipeline.Feed.SubscriptionCount,
            MissedByWatchers = pipeline.Feed.MissedCount,
            Durability = Engine.Durability,
            DurableVersion = durable,
            JournalBytes = _store.JournalFiles?.TotalBytes ?? 0,
            JournalUnusedBytes = _store.Journal?.UnusedBytes ?? 0,
            MaxJournalBytes = _store.MaxJournalBytes,
            Fault = _store.Journal?.Flushes.Fault,
            WriteRefusal = _store.Journal?.Refusal,
            Follower = Follower,
        };
    }

    /// <summary>The bytes that this process's user may still write where the store's directory lies.</summary>
    /// <returns>The bytes; null in memory-only mode.</returns>
    /// <remarks>Asks the file system, which takes some microseconds on a local disk, and has no end on a network share that hangs.</remarks>
    /// <exception cref="KvStoreUnavailableException">The directory is gone, or cannot be asked.</exception>
    /// <exception cref="ObjectDisposedException">The store is closed.</exception>
    public long? GetAvailableBytes()
    {
        Engine.ThrowIfClosed();
        try
        {
            return _store.GetAvailableBytes();
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new KvStoreUnavailableException($"The free space of the store's directory '{DirectoryPath}' cannot be told: {exception.Message}", exception);
        }
    }
}
