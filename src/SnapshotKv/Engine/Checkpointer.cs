using System.Diagnostics.CodeAnalysis;
using Microsoft.Extensions.Logging;
using SnapshotKv.Diagnostics;
using SnapshotKv.FileSystem;
using SnapshotKv.Format;
using SnapshotKv.Journal;
using SnapshotKv.Snapshots;

namespace SnapshotKv.Engine;

/// <summary>
/// Saves the store: captures what there is between two commits, and encodes, compresses and writes it part by part beside everything else. One save at a
/// time; callers who come while one runs share the next.
/// </summary>
/// <remarks>Thread-safe. A save that fails leaves the earlier snapshots and the state of what is saved as they were.</remarks>
[SuppressMessage("Design", "CA1001:Types that own disposable fields should be disposable", Justification = "The semaphore owns nothing while nobody asks for its wait handle, and whoever comes late must find it.")]
internal sealed class Checkpointer(
    CommitPipeline pipeline,
    KvClock clock,
    IFileSystem fileSystem,
    SnapshotCatalog catalog,
    SnapshotHistory kept,
    SnapshotHeads heads,
    Func<SnapshotInfo?, bool> keepDirectory,
    SnapshotWriter writer,
    SnapshotKvOptions options,
    SupersededFiles superseded,
    Func<IReadOnlyDictionary<string, string>> serializers,
    SnapshotInfo? latest,
    bool isRewriteDue,
    SnapshotWatchers watchers,
    SaveHistory history,
    JournalWriter? journal,
    StoreMetrics metrics,
    ILogger logger)
{
    private readonly SemaphoreSlim _turn = new(1, 1);
    private SnapshotInfo? _latest = latest;

    // No commit has that number: a store whose file is of another format or version is dirty from the start.
    private ulong _savedSequence = isRewriteDue ? ulong.MaxValue : pipeline.Sequence;
    private readonly Lock _losing = new();
    private int _losses;
    private bool _hasSlides;
    private int _failures;
    private FailedSave? _failed;
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

    /// <summary>Called when the files of the store are gone: whatever memory holds is to be saved anew, also what a save that is just running holds.</summary>
    public void NoteFilesLost()
    {
        lock (_losing)
        {
            _losses++;
            Volatile.Write(ref _savedSequence, ulong.MaxValue);
        }
    }

    /// <summary>The last commit that a snapshot of ours is known to hold.</summary>
    public ulong SavedSequence => Volatile.Read(ref _savedSequence) is not ulong.MaxValue and var saved ? saved : 0;

    /// <summary>The last save, if the disk refused it.</summary>
    public FailedSave? Failed => Volatile.Read(ref _failed);

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
    /// <param name="workers">How many threads encode, compress and write.</param>
    /// <param name="reason">Why.</param>
    /// <param name="cancellationToken">Given up while waiting for a running save, or between two parts of the writing.</param>
    /// <exception cref="KvStoreUnavailableException">The disk refused it.</exception>
    public SnapshotInfo Save(int workers, KvSaveReason reason, CancellationToken cancellationToken)
    {
        var saved = SaveOnce(workers, Ask(reason), cancellationToken);
        saved.Announce?.Invoke();
        return saved.Info;
    }

    /// <summary>Saves as <see cref="Save"/> does, for a caller whom others wait for: those who watch are told elsewhere, since what they do may wait for the caller.</summary>
    /// <inheritdoc cref="Save"/>
    /// <param name="workers">How many threads encode, compress and write.</param>
    /// <param name="announcing">Is handed the telling.</param>
    public void SaveAndAnnounceBy(int workers, Action<Action> announcing)
    {
        if (SaveOnce(workers, Ask(KvSaveReason.Journal), CancellationToken.None).Announce is { } announce)
        {
            announcing(announce);
        }
    }

    /// <inheritdoc cref="SaveAndAnnounceBy(int, Action{Action})"/>
    /// <param name="workers">How many threads encode, compress and write.</param>
    /// <param name="reason">Why.</param>
    /// <param name="announcing">Is handed the telling.</param>
    /// <param name="cancellationToken">See <see cref="Save"/>.</param>
    public SnapshotInfo SaveAndAnnounceBy(int workers, KvSaveReason reason, Action<Action> announcing, CancellationToken cancellationToken)
    {
        var saved = SaveOnce(workers, Ask(reason), cancellationToken);
        if (saved.Announce is { } announce)
        {
            announcing(announce);
        }

        return saved.Info;
    }

    /// <summary>Saves as <see cref="Save"/> does, but does not try again what fails for somebody else while this call waits.</summary>
    /// <inheritdoc cref="Save"/>
    /// <param name="workers">How many threads encode, compress and write.</param>
    /// <param name="known">What <see cref="Failed"/> was when the caller looked.</param>
    /// <param name="announcing">Is handed the telling of those who watch; null: they are told before this returns.</param>
    public void SaveOrShareFailure(int workers, FailedSave? known, Action<Action>? announcing = null)
    {
        var saved = SaveOnce(workers, Ask(KvSaveReason.Journal) with { SharesFailure = true, KnownFailure = known }, CancellationToken.None);
        if (saved.Announce is not { } announce)
        {
            return;
        }

        if (announcing is null)
        {
            announce();
        }
        else
        {
            announcing(announce);
        }
    }

    /// <summary>Saves as <see cref="SaveOrShareFailure"/> does.</summary>
    /// <param name="workers">How many threads encode, compress and write.</param>
    /// <param name="known">What <see cref="Failed"/> was when the caller looked.</param>
    public async Task SaveOrShareFailureAsync(int workers, FailedSave? known)
    {
        var saved = await SaveOnceAsync(workers, Ask(KvSaveReason.Journal) with { SharesFailure = true, KnownFailure = known }, CancellationToken.None).ConfigureAwait(false);
        saved.Announce?.Invoke();
    }

    /// <summary>Saves what an opening found, before anybody is let in: nothing older is deleted, since damaged files are yet to be told from good ones.</summary>
    /// <inheritdoc cref="Save"/>
    public void SaveBeforeAll(int workers)
    {
        _keepsAll = true;
        Save(workers, KvSaveReason.Recovery, CancellationToken.None);
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
    public async Task<SnapshotInfo> SaveAsync(int workers, KvSaveReason reason, CancellationToken cancellationToken)
    {
        var saved = await SaveOnceAsync(workers, Ask(reason), cancellationToken).ConfigureAwait(false);
        saved.Announce?.Invoke();
        return saved.Info;
    }

    /// <summary>What is to be on the disk for somebody who asks at this moment.</summary>
    private SaveRequest Ask(KvSaveReason reason)
    {
        // First: a failure that is not among these gives its slides back later, or has done so.
        var failures = Volatile.Read(ref _failures);
        return new(pipeline.Sequence, Volatile.Read(ref _hasSlides), failures) { Reason = reason };
    }

    /// <summary>In the turn: the snapshot that has what was asked for; null when there is none. What came after the asking is the next one's: else no two who ask while others write would ever share.</summary>
    private SnapshotInfo? Find(in SaveRequest request)
    {
        // While nothing counts as saved, not even a store without a commit has what it asks for.
        var hasAll = !IsDirty
            || (Volatile.Read(ref _savedSequence) is var saved and not ulong.MaxValue && saved >= request.Sequence && !request.HasSlides && _failures == request.Failures);
        return hasAll ? _latest : null;
    }

    private SavedSnapshot SaveOnce(int workers, SaveRequest request, CancellationToken cancellationToken)
    {
        _turn.Wait(cancellationToken);
        try
        {
            return SaveInTurn(workers, request, cancellationToken);
        }
        finally
        {
            _turn.Release();
        }
    }

    private async Task<SavedSnapshot> SaveOnceAsync(int workers, SaveRequest request, CancellationToken cancellationToken)
    {
        await _turn.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            // A save with nothing to do answers at once; a real one does not keep the caller's thread.
            return Find(request) is { } found
                ? new(found, null)
                : await Task.Run(() => SaveInTurn(workers, request, cancellationToken), cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            _turn.Release();
        }
    }

    private void SaveIfDirty(int workers)
    {
        if (IsDirty)
        {
            SaveInTurn(workers, Ask(KvSaveReason.Closing), CancellationToken.None);
        }
    }

    private SavedSnapshot SaveInTurn(int workers, SaveRequest request, CancellationToken cancellationToken)
    {
        if (Find(request) is { } found)
        {
            return new(found, null);
        }

        // Only now: what is asked for may have been saved by the closing.
        ObjectDisposedException.ThrowIf(_isClosed, typeof(KvStore));
        if (request.SharesFailure && _failed is { } failed && failed != request.KnownFailure)
        {
            throw new KvStoreUnavailableException(failed.Cause.Message, failed.Cause);
        }

        BeginJournal();

        // Before the capture: a slide that comes after it belongs to the next snapshot.
        var hadSlides = Interlocked.Exchange(ref _hasSlides, false);
        using var operation = metrics.BeginSave(clock.TimeProvider);
        try
        {
            var saved = WriteSnapshot(workers, request.Reason, operation, cancellationToken);
            Volatile.Write(ref _failed, null);
            return saved;
        }
        catch (Exception exception)
        {
            operation.Failed(exception);
            History.NoteFailure(exception);
            if (hadSlides)
            {
                Volatile.Write(ref _hasSlides, true);
            }

            if (exception is KvStoreUnavailableException refusal)
            {
                Volatile.Write(ref _failed, new(clock.TimeProvider.GetTimestamp(), refusal));
            }

            Volatile.Write(ref _failures, _failures + 1);
            throw;
        }
    }

    /// <summary>That the journal leads on past this snapshot matters only if it is damaged, so that it is saved nevertheless when the journal refuses.</summary>
    private void BeginJournal()
    {
        try
        {
            pipeline.BeginJournal();
        }
        catch (KvStoreException exception)
        {
            logger.JournalNotBegun(exception);
        }
    }

    private SavedSnapshot WriteSnapshot(int workers, KvSaveReason reason, StoreOperation operation, CancellationToken cancellationToken)
    {
        var begun = clock.TimeProvider.GetUtcNow();
        var journalBytes = journal?.AppendedBytes ?? 0;
        var losses = Volatile.Read(ref _losses);
        IReadOnlyDictionary<string, string>? claims = null;
        SnapshotTelling? telling = null;
        using var entries = pipeline.BeginCapture(() => (claims, telling) = (serializers(), watchers.Begin()));
        entries.Telling = telling;
        entries.LeaveOutExpired(clock.Now);

        // The claims of that instant: given up later, they are those of what is captured. The ledger knows by numbers what belongs to it, and a blob is told of before the commit that brings it.
        var extras = new SnapshotExtras(pipeline.Blobs.ToSnapshot(entries.Sequence), claims!);
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
                kept.NoteDirectoryLost();
            }

            StoreDirectory.Create(fileSystem, catalog.DirectoryPath);
            var contents = new SnapshotContents(options.Format, entries.Sequence, clock.TimeProvider.GetLocalNow(), extras, reason);
            var size = writer.Write(path, entries, contents, compression, workers, cancellationToken);
            NoteSaved(entries.Sequence, losses);
            pipeline.Feed.NoteDurable();
            var file = new SnapshotFile(name, name.ToString(), size);
            var head = SnapshotHead.Of(contents, entries.Count);
            heads.Note(file, head);
            var info = head.Describe(file);
            Volatile.Write(ref _latest, info);
            var announce = telling?.Complete(info, entries.Sequence, contents.Format);
            Unsaved.Saved(entries.Sequence, begun);
            var elapsed = operation.Succeeded(entries.Count, size);
            History.NoteSuccess(clock.TimeProvider.GetUtcNow(), elapsed);
            logger.SnapshotSaved(info.FileName, entries.Count, size, elapsed);
            JournalBytesAtSave = journalBytes;
            Saved?.Invoke();
            if (_keepsAll)
            {
                superseded.Spare(entries.Sequence);
            }
            else
            {
                superseded.Drop(entries.Sequence);
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

    /// <param name="sequence">The last commit that was saved.</param>
    /// <param name="losses">How often files were lost before the saving began: what was lost since may be what was saved.</param>
    private void NoteSaved(ulong sequence, int losses)
    {
        lock (_losing)
        {
            if (losses == _losses)
            {
                Volatile.Write(ref _savedSequence, sequence);
            }
        }
    }
}
