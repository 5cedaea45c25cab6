using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text;
using Microsoft.Extensions.Logging;
using SnapshotKv.Diagnostics;
using SnapshotKv.Format;
using SnapshotKv.Journal;
using SnapshotKv.Keyspace;
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
    SnapshotCatalog catalog,
    SnapshotArchive archive,
    SnapshotHistory history,
    SnapshotReader reader,
    JournalWriter? journal,
    JournalRoom? room,
    IRestoredClaims claims,
    Func<KvFormat, ValueConverter> converters,
    SnapshotKvOptions settings,
    StoreMetrics metrics,
    ILogger logger)
{
    /// <summary>So often the table is built anew when too much was changed meanwhile. Then it is built while the writers wait.</summary>
    private const int MostBuilds = 4;

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
        try
        {
            var file = history.Resolve(snapshot);
            ScopeOf(prefix, history.ProtectedPrefixes);

            // Before anything is noted: what cannot be committed leaves no traces.
            journal?.Flushes.ThrowIfFaulted();

            // From here on nothing deletes it: neither the saves of this restore, nor others.
            var isOurs = history.Hold(file.FileName, SnapshotHistory.InProgress);
            var restore = default(PreparedRestore);
            try
            {
                return Restore(file, prefix, ref restore, operation, cancellationToken);
            }
            catch
            {
                // After that nobody knows whether the journal has the frame.
                if (isOurs && restore?.IsBegun != true)
                {
                    history.AbandonHold(file.FileName);
                }

                throw;
            }
        }
        catch (Exception exception)
        {
            operation.Failed(exception);
            throw;
        }
    }

    private KvRestoreResult Restore(SnapshotFile file, string prefix, ref PreparedRestore? restore, StoreOperation operation, CancellationToken cancellationToken)
    {
        string? pinned = null;
        try
        {
            return Restore(file, prefix, ref restore, ref pinned, operation, cancellationToken);
        }
        catch when (pinned is not null)
        {
            if (restore?.IsBegun == true)
            {
                // What may be committed must be possible to undo.
                throw;
            }

            UnpinQuietly(pinned);
            throw;
        }
    }

    private KvRestoreResult Restore(SnapshotFile file, string prefix, ref PreparedRestore? restore, ref string? pinned, StoreOperation operation, CancellationToken cancellationToken)
    {
        var before = default(SnapshotInfo);
        while (true)
        {
            // All of it again when a prefix was protected while the table was built.
            var guarded = history.ProtectedPrefixes;
            var scope = ScopeOf(prefix, guarded);
            var now = clock.Now;
            var contents = Read(file, scope, now, cancellationToken);
            claims.Check(contents.Header.Extras.Serializers, prefix, guarded, file.FileName);
            before ??= SaveBefore(cancellationToken, out pinned);
            cancellationToken.ThrowIfCancellationRequested();
            claims.Adopt(contents.Header.Extras.Serializers, prefix, guarded, file.FileName);
            restore = Prepare(file, scope, contents, now);
            if (!TryCommit(restore, () => ReferenceEquals(guarded, history.ProtectedPrefixes), out var number))
            {
                continue;
            }

            Settle(file, restore, number);
            var elapsed = operation.Succeeded(restore.Count, file.SizeBytes);
            logger.SnapshotRestored(file.FileName, restore.Count, number, pinned!, elapsed);
            return new()
            {
                Snapshot = archive.Describe(file),
                Before = archive.WithNames(before),
                BeforeName = pinned!,
                Version = (long)number,
                Entries = restore.Count,
            };
        }
    }

    /// <exception cref="KvSnapshotException">All of it is protected.</exception>
    private static RestoreScope ScopeOf(string prefix, IReadOnlyList<string> guarded)
    {
        var scope = RestoreScope.Create(Encoding.UTF8.GetBytes(prefix), [.. guarded.Select(Encoding.UTF8.GetBytes)], out var hindrance);
        return hindrance is null
            ? scope
            : throw new KvSnapshotException(
                prefix,
                KvSnapshotProblem.Protected,
                $"The keys under '{prefix}' are never rolled back, because '{Encoding.UTF8.GetString(hindrance)}' is protected ({nameof(IKvSnapshots.Protect)}): what was signed out or revoked must not come back. A restore of more than that leaves them as they are.");
    }

    private RestoreContents Read(SnapshotFile file, RestoreScope scope, long now, CancellationToken cancellationToken)
    {
        try
        {
            return new RestoreSource(catalog, reader, settings, cancellationToken).Load(file.FileName, scope, now, pipeline.Versions.NextMark);
        }
        catch (FileNotFoundException exception)
        {
            throw KvSnapshotException.NotFound(file.FileName, exception);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new KvStoreUnavailableException($"The snapshot '{catalog.GetPath(file.FileName)}' cannot be read: {exception.Message} Nothing was changed.", exception);
        }
    }

    /// <summary>Sees to it that the restore can be undone.</summary>
    private SnapshotInfo SaveBefore(CancellationToken cancellationToken, out string pinned)
    {
        for (var attempt = 1; ; attempt++)
        {
            // Those who watch are told elsewhere: they may restore, too, or close the store, and would wait for their own turn.
            var info = checkpointer.SaveAndAnnounceBy(Environment.ProcessorCount, KvSaveReason.BeforeRestore, maintenance.Queue, cancellationToken);
            try
            {
                pinned = history.PinBeforeRestore(info.FileName);
                return info;
            }
            catch (KvSnapshotException exception) when (exception.Reason == KvSnapshotProblem.NotFound && attempt < MostAttempts)
            {
                // Others saved so much in between that it was among the oldest, or somebody deleted it: then nothing but a new one has what memory has.
                checkpointer.NoteFilesLost();
            }
        }
    }

    private PreparedRestore Prepare(SnapshotFile file, RestoreScope scope, RestoreContents contents, long now)
    {
        var entries = contents.Header.Format == settings.Format ? contents.Entries.Entries : Convert(contents.Entries.ToTable(), file.FileName);
        var frame = new JournalRestore(file.FileName, contents.Fingerprint.SizeBytes, contents.Fingerprint.Checksum, now, scope.Prefix, scope.Protected);
        return new(scope, entries, contents.Entries.References, frame.ToBody());
    }

    private LoadedEntries Convert(RecordTable table, string snapshot)
    {
        if (settings.Format == KvFormat.Json && table.OpaqueCount > 0)
        {
            throw new KvSerializationException(string.Create(
                CultureInfo.InvariantCulture,
                $"The snapshot '{snapshot}' cannot be restored into a store whose {nameof(SnapshotKvOptions.Format)} is {settings.Format}: {table.OpaqueCount} of its keys are not UTF-8, and JSON cannot hold them. Nothing was changed; leave these keys out by restoring by prefix."));
        }

        var converted = new TableConverter(settings.Format, converters(settings.Format), logger).ConvertRestored(table, snapshot);
        var entries = new LoadedEntries(KeyHasher.CreateFast());
        entries.Expect(converted.Count);
        foreach (var record in converted.EnumerateRecords())
        {
            entries.Add(record);
        }

        return entries;
    }

    /// <summary>Nothing was restored, so that there is nothing to undo.</summary>
    private void UnpinQuietly(string name)
    {
        try
        {
            history.Unpin(name);
        }
        catch (KvStoreException)
        {
            // One name more, which makes way for later ones.
        }
    }

    /// <returns>False when it must be prepared anew.</returns>
    private bool TryCommit(PreparedRestore restore, Func<bool> isStillWanted, out ulong number)
    {
        // Before the commit, and not in the gate: they only count as referred to for a while longer, whatever becomes of it.
        restore.RecalledAt = pipeline.Blobs.Recall(restore.References);
        var isCommitted = false;
        try
        {
            isCommitted = TryCommitBuilt(restore, isStillWanted, out number);
            return isCommitted;
        }
        finally
        {
            pipeline.EndRestore();
            if (!isCommitted)
            {
                pipeline.Blobs.Retire(restore.References, pipeline.Sequence + 1, restore.RecalledAt);
            }
        }
    }

    private bool TryCommitBuilt(PreparedRestore restore, Func<bool> isStillWanted, out ulong number)
    {
        for (var build = 1; ; build++)
        {
            pipeline.BuildRestore(restore);
            for (var attempt = 0; ; attempt++)
            {
                var step = pipeline.TryRestore(restore, settings.Durability == KvDurability.Disk, build >= MostBuilds, isStillWanted, out number);
                if (step == RestoreStep.Committed)
                {
                    return true;
                }

                if (step == RestoreStep.Outdated)
                {
                    break;
                }

                // Those who watch may restore or close, and would wait for this turn.
                room!.Make(attempt, maintenance.Queue);
                pipeline.CatchUp(restore);
            }

            if (!isStillWanted())
            {
                return false;
            }

            if (restore.RecalledAt != pipeline.Blobs.Clearings)
            {
                // The store was cleared, and what is restored with it.
                restore.RecalledAt = pipeline.Blobs.Recall(restore.References);
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
