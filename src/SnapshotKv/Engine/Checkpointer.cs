using System.Diagnostics.CodeAnalysis;
using Microsoft.Extensions.Logging;
using SnapshotKv.Blobs;
using SnapshotKv.Diagnostics;
using SnapshotKv.FileSystem;
using SnapshotKv.Format;
using SnapshotKv.Journal;
using SnapshotKv.Snapshots;

namespace SnapshotKv.Engine;

/// <summary>
/// Saves the store: copies the table's references between two commits, and encodes, compresses and writes them beside everything else. One save at a
/// time; callers who come while one runs share the next.
/// </summary>
/// <remarks>Thread-safe. A save that fails leaves the earlier snapshots and the state of what is saved as they were.</remarks>
[SuppressMessage("Design", "CA1001:Types that own disposable fields should be disposable", Justification = "The semaphore owns nothing while nobody asks for its wait handle, and whoever comes late must find it.")]
internal sealed class Checkpointer(
    CommitPipeline pipeline,
    KvClock clock,
    IFileSystem fileSystem,
    SnapshotCatalog catalog,
    Func<SnapshotInfo?, bool> keepDirectory,
    SnapshotWriter writer,
    SnapshotKvOptions options,
    BlobCollector blobs,
    Func<IReadOnlyDictionary<string, string>> serializers,
    SnapshotInfo? latest,
    ulong? latestSequence,
    bool isRewriteDue,
    SnapshotWatchers watchers,
    SaveHistory history,
    JournalFiles journalFiles,
    JournalWriter? journal,
    StoreMetrics metrics,
    ILogger logger)
{
    private readonly SemaphoreSlim _turn = new(1, 1);
    private SnapshotInfo? _latest = latest;

    /// <summary>The last commit in the newest snapshot; null when Go wrote that, 0 when there is none.</summary>
    private ulong? _latestSequence = latestSequence;
    // No commit has that number: a store whose file is of another format or version is dirty from the start.
    private ulong _savedSequence = isRewriteDue ? ulong.MaxValue : pipeline.Sequence;
    private bool _hasSlides;
    private bool _isClosed;
    private bool _keepsAll;

    /// <summary>Whether memory holds what the newest snapshot does not.</summary>
    public bool IsDirty => Volatile.Read(ref _hasSlides) || pipeline.Sequence != Volatile.Read(ref _savedSequence);

    /// <summary>The newest snapshot; null when there is none yet.</summary>
    public SnapshotInfo? Latest => Volatile.Read(ref _latest);

    /// <summary>The bytes that the journal had taken when the newest snapshot was begun, since the opening.</summary>
    public long JournalBytesAtSave { get; private set; }

    /// <summary>Called when a snapshot is on the device, asked for or not.</summary>
    public Action? Saved { get; set; }

    /// <summary>Called when the files of the store are gone: whatever memory holds is to be saved anew.</summary>
    public void NoteFilesLost() => Volatile.Write(ref _savedSequence, ulong.MaxValue);

    /// <summary>The last commit that a snapshot of ours is known to hold.</summary>
    public ulong SavedSequence => Volatile.Read(ref _savedSequence) is not ulong.MaxValue and var saved ? saved : 0;

    /// <summary>How the saves went.</summary>
    public SaveHistory History { get; } = history;

    /// <summary>The changes that no snapshot has. Slides are none: they wait for changes, or for long.</summary>
    public UnsavedChanges Unsaved { get; } = new(pipeline, clock);

    /// <summary>Called after each commit.</summary>
    public void NoteChange()
    {
        if (Unsaved.IsEmpty && pipeline.Sequence != Volatile.Read(ref _savedSequence))
        {
            Unsaved.Begin();
        }
    }

    /// <summary>A sliding expiry was moved, which the newest snapshot does not know.</summary>
    /// <returns>Whether it is the first since a save began.</returns>
    public bool NoteSlide() => !_hasSlides && !Interlocked.Exchange(ref _hasSlides, true);

    /// <summary>Returns when a snapshot is on disk that holds every commit made before the call.</summary>
    /// <param name="workers">How many threads encode and compress.</param>
    /// <param name="cancellationToken">Given up while waiting for a running save, or between two parts of the writing.</param>
    /// <exception cref="KvStoreUnavailableException">The disk refused it.</exception>
    public SnapshotInfo Save(int workers, CancellationToken cancellationToken)
    {
        SavedSnapshot saved;
        _turn.Wait(cancellationToken);
        try
        {
            saved = SaveInTurn(workers, cancellationToken);
        }
        finally
        {
            _turn.Release();
        }

        saved.Announce?.Invoke();
        return saved.Info;
    }

    /// <summary>Saves what an opening found, before anybody is let in: nothing older is deleted, since damaged files are yet to be told from good ones.</summary>
    /// <inheritdoc cref="Save"/>
    public void SaveBeforeAll(int workers)
    {
        _keepsAll = true;
        Save(workers, CancellationToken.None);
        _keepsAll = false;
    }

    /// <summary>Waits for a running save, saves what is not saved, and lets no further save in.</summary>
    /// <exception cref="KvStoreUnavailableException">The disk refused it. No further save is let in nevertheless.</exception>
    public void SaveLast(int workers)
    {
        _turn.Wait();
        try
        {
            SaveIfDirty(workers);
        }
        finally
        {
            _isClosed = true;
            _turn.Release();
        }
    }

    /// <inheritdoc cref="SaveLast"/>
    public async Task SaveLastAsync(int workers)
    {
        await _turn.WaitAsync().ConfigureAwait(false);
        try
        {
            await Task.Run(() => SaveIfDirty(workers)).ConfigureAwait(false);
        }
        finally
        {
            _isClosed = true;
            _turn.Release();
        }
    }

    /// <inheritdoc cref="Save"/>
    public async Task<SnapshotInfo> SaveAsync(int workers, CancellationToken cancellationToken)
    {
        SavedSnapshot saved;
        await _turn.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            // A save with nothing to do answers at once; a real one does not keep the caller's thread.
            saved = Latest is { } latest && !IsDirty
                ? new(latest, null)
                : await Task.Run(() => SaveInTurn(workers, cancellationToken), cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            _turn.Release();
        }

        saved.Announce?.Invoke();
        return saved.Info;
    }

    private void SaveIfDirty(int workers)
    {
        if (IsDirty)
        {
            SaveInTurn(workers, CancellationToken.None);
        }
    }

    private SavedSnapshot SaveInTurn(int workers, CancellationToken cancellationToken)
    {
        if (_latest is { } saved && !IsDirty)
        {
            return new(saved, null);
        }

        // Only now: what is asked for may have been saved by the closing.
        ObjectDisposedException.ThrowIf(_isClosed, typeof(KvStore));

        // Before the capture: a slide that comes after it belongs to the next snapshot.
        var hadSlides = Interlocked.Exchange(ref _hasSlides, false);
        using var operation = metrics.BeginSave(clock.TimeProvider);
        try
        {
            return WriteSnapshot(workers, operation, cancellationToken);
        }
        catch (Exception exception)
        {
            operation.Failed(exception);
            History.NoteFailure(exception);
            if (hadSlides)
            {
                Volatile.Write(ref _hasSlides, true);
            }

            throw;
        }
    }

    private SavedSnapshot WriteSnapshot(int workers, StoreOperation operation, CancellationToken cancellationToken)
    {
        var begun = clock.TimeProvider.GetUtcNow();
        var journalBytes = journal?.AppendedBytes ?? 0;
        var capture = pipeline.Capture();

        // After the capture: a blob or a serializer is told of before the commit that brings it, so these have all that the captured entries need.
        var extras = new SnapshotExtras(pipeline.Blobs.ToSnapshot(capture.Sequence), serializers());
        var records = capture.LiveRecords(clock.Now);
        var path = catalog.DirectoryPath;
        try
        {
            // Once: it may be changed at any time.
            var compression = options.Compression;
            var name = catalog.NextName(clock.TimeProvider.GetLocalNow(), options.Format, compression);
            path = catalog.GetPath(name.ToString());
            if (keepDirectory(_latest))
            {
                logger.DirectoryMadeAgain();
            }

            StoreDirectory.Create(fileSystem, catalog.DirectoryPath);
            var size = writer.Write(
                path,
                records,
                new SnapshotContents(options.Format, capture.Sequence, clock.TimeProvider.GetLocalNow(), extras),
                compression,
                workers,
                cancellationToken);
            Volatile.Write(ref _savedSequence, capture.Sequence);
            var info = new SnapshotFile(name, name.ToString(), size).ToInfo();
            Volatile.Write(ref _latest, info);
            var announce = watchers.Prepare(info, capture.Sequence, options.Format, records.Span);
            Unsaved.Saved(capture.Sequence, begun);
            var elapsed = operation.Succeeded(records.Length, size);
            History.NoteSuccess(clock.TimeProvider.GetUtcNow(), elapsed);
            logger.SnapshotSaved(info.FileName, records.Length, size, elapsed);
            JournalBytesAtSave = journalBytes;
            Saved?.Invoke();
            if (_keepsAll)
            {
                _latestSequence = capture.Sequence;
                return new(info, announce);
            }

            var keptFrom = DropSegments(capture.Sequence);
            if (TryPrune())
            {
                blobs.Collect(keptFrom);
            }

            return new(info, announce);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new KvStoreUnavailableException(
                $"The snapshot '{path}' could not be saved: {exception.Message} Nothing is lost: all entries are in memory and the earlier snapshots are untouched. Remove the cause and save again.",
                exception);
        }
    }

    /// <summary>The journal is kept back to the snapshot before this one, should this one turn out to be damaged.</summary>
    /// <returns>The commit from which on the journal is kept; the highest number when there is no journal.</returns>
    private ulong DropSegments(ulong sequence)
    {
        // What Go wrote has no number that the journal could go on from.
        var keptFrom = options.MaxSnapshots > 1 ? _latestSequence ?? sequence : sequence;
        _latestSequence = sequence;
        if (journal is not null)
        {
            journal.NoteSnapshot(sequence, keptFrom);
            return keptFrom;
        }

        journalFiles.Drop(keptFrom);
        return journalFiles.ClosedCount > 0 ? keptFrom : ulong.MaxValue;
    }

    private bool TryPrune()
    {
        try
        {
            catalog.Prune(options.MaxSnapshots);
            return true;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // The snapshot itself is safe; what is too much now is deleted after the next one.
            logger.SnapshotPruneFailed(exception, options.MaxSnapshots);
            return false;
        }
    }

    /// <summary>A snapshot that is there now.</summary>
    /// <param name="Info">The snapshot.</param>
    /// <param name="Announce">Tells those who watch, once the turn is over; null when there is nobody to tell, or nothing new.</param>
    private readonly record struct SavedSnapshot(SnapshotInfo Info, Action? Announce);
}
