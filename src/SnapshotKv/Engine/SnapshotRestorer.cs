using System.Diagnostics.CodeAnalysis;
using Microsoft.Extensions.Logging;
using SnapshotKv.Diagnostics;
using SnapshotKv.Journal;
using SnapshotKv.Snapshots;

namespace SnapshotKv.Engine;

/// <summary>
/// Restores snapshots, whole or by prefix, each as one commit: reads the file, saves and pins what there is, builds a second table beside the writers and has it put into the place of the live
/// one, and saves that. docs/adr/0035-restore-is-one-commit.md has the reasons.
/// </summary>
/// <remarks>Thread-safe. One restore at a time; those who come meanwhile wait. Up to the commit a failure leaves everything as it was, save that there may be one more snapshot, pinned or not.</remarks>
[SuppressMessage("Design", "CA1001:Types that own disposable fields should be disposable", Justification = "The semaphore owns nothing while nobody asks for its wait handle, and whoever comes late must find it.")]
internal sealed class SnapshotRestorer(
    CommitPipeline pipeline,
    KvClock clock,
    Checkpointer checkpointer,
    MaintenanceRunner maintenance,
    SnapshotArchive archive,
    SnapshotHistory history,
    RestorePreparer preparer,
    RestoreCommitter committer,
    IRestoredClaims claims,
    JournalWriter? journal,
    SnapshotKvOptions settings,
    StoreMetrics metrics,
    ILogger logger)
{
    /// <summary>So often what there is is saved before it is pinned.</summary>
    private const int MostAttempts = 3;

    private readonly SemaphoreSlim _turn = new(1, 1);
    private bool _isClosed;

    /// <summary>Restores a snapshot.</summary>
    /// <param name="snapshot">The name of its file, or one that it is pinned by.</param>
    /// <param name="prefix">Only keys that begin with this.</param>
    /// <param name="cancellationToken">Gives it up while it waits for its turn, reads or saves; not any more once it is being committed.</param>
    public KvRestoreResult Restore(string snapshot, string prefix, CancellationToken cancellationToken)
    {
        KvRestoreResult result;
        _turn.Wait(cancellationToken);
        try
        {
            result = RestoreInTurn(snapshot, prefix, cancellationToken);
        }
        finally
        {
            _turn.Release();
        }

        return result with { Saved = TrySave(result) };
    }

    /// <inheritdoc cref="Restore(string, string, CancellationToken)"/>
    public async Task<KvRestoreResult> RestoreAsync(string snapshot, string prefix, CancellationToken cancellationToken)
    {
        KvRestoreResult result;
        await _turn.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            result = await Task.Run(() => RestoreInTurn(snapshot, prefix, cancellationToken), cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            _turn.Release();
        }

        return result with { Saved = await Task.Run(() => TrySave(result), CancellationToken.None).ConfigureAwait(false) };
    }

    /// <summary>Waits for a running restore, which finds the store closed at its commit at the latest, and lets no further one in: the files may be another's soon.</summary>
    public void Close()
    {
        _turn.Wait();
        _isClosed = true;
        _turn.Release();
    }

    /// <inheritdoc cref="Close"/>
    public async Task CloseAsync()
    {
        await _turn.WaitAsync().ConfigureAwait(false);
        _isClosed = true;
        _turn.Release();
    }

    private KvRestoreResult RestoreInTurn(string snapshot, string prefix, CancellationToken cancellationToken)
    {
        ObjectDisposedException.ThrowIf(_isClosed, typeof(KvStore));
        using var operation = metrics.BeginRestore(clock.TimeProvider);
        RestoreTraces? traces = null;
        try
        {
            var file = history.Resolve(snapshot);
            RestorePreparer.ScopeOf(prefix, history.ProtectedPrefixes);

            // Before anything is noted: what cannot be committed leaves no traces.
            journal?.Flushes.ThrowIfFaulted();
            traces = new(history, claims, file);
            traces.Hold();
            return Restore(file, prefix, traces, operation, cancellationToken);
        }
        catch (Exception exception)
        {
            operation.Failed(exception);
            traces?.TakeBack();
            if (journal is null && traces?.HasGivenUpClaims == true)
            {
                // A journal tells of it behind that snapshot; without one only a further snapshot does.
                checkpointer.NoteFilesLost();
                maintenance.NoteChange();
            }

            throw;
        }
    }

    private KvRestoreResult Restore(SnapshotFile file, string prefix, RestoreTraces traces, StoreOperation operation, CancellationToken cancellationToken)
    {
        var before = default(SnapshotInfo);
        var beforeName = "";
        while (true)
        {
            // All of it again when a prefix was protected while the table was built.
            var guarded = history.ProtectedPrefixes;
            var scope = RestorePreparer.ScopeOf(prefix, guarded);
            var now = clock.Now;
            var contents = preparer.Read(file, scope, now, cancellationToken);
            var serializers = contents.Header.Extras.Serializers;
            claims.Check(serializers, prefix, guarded, file.FileName);
            before ??= SaveBefore(traces, cancellationToken, out beforeName);
            cancellationToken.ThrowIfCancellationRequested();
            var restore = traces.Restore = preparer.Prepare(file, scope, contents, now);
            traces.Adopt(serializers, prefix, guarded);
            if (!committer.TryCommit(restore, () => ReferenceEquals(guarded, history.ProtectedPrefixes), out var number))
            {
                continue;
            }

            Settle(file, restore, number);
            var elapsed = operation.Succeeded(restore.Count, file.SizeBytes);
            logger.SnapshotRestored(file.FileName, restore.Count, number, beforeName, elapsed);
            return new()
            {
                Snapshot = archive.Describe(file),
                Before = archive.WithNames(before),
                BeforeName = beforeName,
                Version = (long)number,
                Entries = restore.Count,
            };
        }
    }

    /// <summary>Sees to it that the restore can be undone.</summary>
    private SnapshotInfo SaveBefore(RestoreTraces traces, CancellationToken cancellationToken, out string pinnedAs)
    {
        for (var attempt = 1; ; attempt++)
        {
            // Those who watch are told elsewhere: they may restore, too, or close the store, and would wait for their own turn.
            var info = checkpointer.SaveAndAnnounceBy(Environment.ProcessorCount, KvSaveReason.BeforeRestore, maintenance.Queue, cancellationToken);
            try
            {
                pinnedAs = traces.Pin(info.FileName);
                return info;
            }
            catch (KvSnapshotException exception) when (exception.Reason == KvSnapshotProblem.NotFound && attempt < MostAttempts)
            {
                // Others saved so much in between that it was among the oldest, or somebody deleted it: then nothing but a new one has what memory has.
                checkpointer.NoteFilesLost();
            }
        }
    }

    /// <summary>It is committed; what is left to be done outside of the gate.</summary>
    private void Settle(SnapshotFile file, PreparedRestore restore, ulong number)
    {
        if (journal is null)
        {
            // No frame needs it: the snapshot that follows has all of it.
            history.AbandonHold(file.FileName);
        }
        else
        {
            history.Hold(file.FileName, number);
        }

        // Only now: had the restore failed, what undoes an earlier one would be gone for nothing.
        history.ReleaseOldAutomaticPins();
        if (pipeline.Blobs.HasLive)
        {
            pipeline.Blobs.Retire(restore.FindReplacedReferences(), number, restore.RecalledAt);
        }

        maintenance.NoteChange();
        pipeline.Feed.Deliver();
        if (settings.Durability == KvDurability.Disk)
        {
            journal?.Flushes.Wait(number);
        }
    }

    /// <summary>After the turn: a snapshot of the restored state, so that the journal need not bring it, and those are told who follow snapshots.</summary>
    private SnapshotInfo? TrySave(KvRestoreResult result)
    {
        try
        {
            return archive.WithNames(checkpointer.Save(Environment.ProcessorCount, KvSaveReason.Restore, CancellationToken.None));
        }
        catch (Exception exception) when (exception is KvStoreException or ObjectDisposedException)
        {
            logger.RestoreNotSaved(exception, result.Snapshot.FileName);
            return null;
        }
    }
}
