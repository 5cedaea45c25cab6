using Microsoft.Extensions.Logging;
using SnapshotKv.Diagnostics;

namespace SnapshotKv.Blobs;

/// <summary>Deletes the files of blobs that nothing needs any more, and only those. Thread-safe. Neither method throws because of the disk.</summary>
/// <param name="store">The files.</param>
/// <param name="ledger">Who needs which.</param>
/// <param name="snapshots">The snapshots on disk.</param>
/// <param name="logger">Told of what was deleted, and of what could not be.</param>
internal sealed class BlobCollector(BlobStore store, BlobLedger ledger, IRetainedSnapshots snapshots, ILogger logger)
{
    /// <summary>
    /// Deletes what neither the store nor any snapshot needs. Called after a save, once older snapshots have been deleted and that is durable:
    /// before, a power cut could bring one back whose blobs were gone.
    /// </summary>
    /// <param name="keptFrom">
    /// The commit from which on the journal is kept, so that it may lead back to any state since: what was referred to after it is not deleted. The highest number when
    /// there is no journal.
    /// </param>
    /// <remarks>What the disk refuses is logged and tried again after the next save. Costs nothing where no blob was ever retired.</remarks>
    /// <returns>How many files were deleted.</returns>
    public int Collect(ulong keptFrom = ulong.MaxValue)
    {
        if (!ledger.HasRetired)
        {
            return 0;
        }

        IReadOnlyList<BlobId> deletable;
        try
        {
            deletable = ledger.FindDeletable(snapshots.ReadSequences(), keptFrom);
        }
        catch (Exception exception) when (IsExpected(exception))
        {
            logger.BlobsNotCollected(exception);
            return 0;
        }

        var deleted = DeleteAll(deletable, CancellationToken.None);
        if (deleted > 0)
        {
            logger.BlobsCollected(deleted);
        }

        return deleted;
    }

    /// <summary>
    /// Deletes files that a process left behind which ended between writing a blob and committing it, and begun ones. Files that only an older
    /// snapshot refers to are entered into the ledger instead. Called once after opening, beside everything else.
    /// </summary>
    /// <remarks>
    /// Lists before it looks into the ledger, and a writer enters its blob before it makes the file: so no file of a writer can be taken for an orphan.
    /// The snapshots are read only when there is something to decide.
    /// </remarks>
    /// <param name="sequence">The number of the last commit when the store was opened.</param>
    /// <param name="hold">Why nothing may be swept; the log says so.</param>
    /// <param name="cancellationToken">Given up between two files; what is left comes at the next opening.</param>
    /// <returns>How many files were deleted.</returns>
    public int Sweep(ulong sequence, BlobHold hold, CancellationToken cancellationToken)
    {
        if (hold is BlobHold.FellBack or BlobHold.LostCommits or BlobHold.Quarantine)
        {
            logger.BlobsHeld(hold switch
            {
                BlobHold.FellBack => "the newest snapshot is damaged and the blobs it refers to are not known",
                BlobHold.LostCommits => "commits are missing and the blobs they refer to are not known",
                _ => "the quarantine holds a damaged file that may be mended; delete it when it is not wanted any more",
            });
            return 0;
        }

        try
        {
            var deletedTemporaries = 0;
            var candidates = new HashSet<BlobId>();
            foreach (var shard in store.ListShards())
            {
                cancellationToken.ThrowIfCancellationRequested();
                foreach (var (id, isTemporary) in store.ListShard(shard))
                {
                    if (isTemporary)
                    {
                        deletedTemporaries += TryDeleteTemporary(id);
                    }
                    else if (!ledger.Knows(id))
                    {
                        candidates.Add(id);
                    }
                }
            }

            if (hold == BlobHold.NothingLoaded && candidates.Count > 0)
            {
                logger.BlobsHeld("there was no snapshot to tell whose they are; if the snapshots were moved away, put them back before the store is opened again");
                candidates.Clear();
            }

            var kept = candidates.Count == 0 ? [] : snapshots.FindReferredTo(candidates, cancellationToken);
            foreach (var id in kept)
            {
                ledger.KeepForOlder(id, sequence);
            }

            candidates.ExceptWith(kept);
            var deleted = DeleteAll([.. candidates], cancellationToken);
            if (deleted + deletedTemporaries + kept.Count > 0)
            {
                logger.BlobsSwept(deleted, deletedTemporaries, kept.Count);
            }

            return deleted + deletedTemporaries;
        }
        catch (Exception exception) when (IsExpected(exception))
        {
            logger.BlobSweepFailed(exception);
            return 0;
        }
    }

    /// <summary>A snapshot that cannot be read, or a disk that refuses: no reason to fail a save that succeeded, or an open store.</summary>
    private static bool IsExpected(Exception exception) => exception is KvStoreException or IOException or UnauthorizedAccessException;

    private int TryDeleteTemporary(BlobId id)
    {
        if (ledger.Knows(id))
        {
            return 0;
        }

        try
        {
            store.DeleteTemporary(id);
            return 1;
        }
        catch (KvStoreUnavailableException exception)
        {
            logger.BlobsNotDeleted(exception, 1);
            return 0;
        }
    }

    private int DeleteAll(IReadOnlyList<BlobId> ids, CancellationToken cancellationToken)
    {
        var failed = 0;
        KvStoreUnavailableException? firstFailure = null;
        foreach (var id in ids)
        {
            cancellationToken.ThrowIfCancellationRequested();
            try
            {
                store.Delete(id);
                ledger.Forget(id);
            }
            catch (KvStoreUnavailableException exception)
            {
                firstFailure ??= exception;
                failed++;

                // Already there for what a save made deletable; an orphan is tried again by the same way.
                ledger.Abandon(id);
            }
        }

        if (firstFailure is not null)
        {
            logger.BlobsNotDeleted(firstFailure, failed);
        }

        return ids.Count - failed;
    }
}
