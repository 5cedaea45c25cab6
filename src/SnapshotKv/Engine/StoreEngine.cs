using System.Runtime.CompilerServices;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Primitives;
using SnapshotKv.Blobs;
using SnapshotKv.Diagnostics;
using SnapshotKv.Format;
using SnapshotKv.Journal;
using SnapshotKv.Keyspace;

namespace SnapshotKv.Engine;

/// <summary>
/// The open store as the keyspaces of one handle see it: lookups judged by the clock, slides, and writes that wake the background work. What handles
/// share is given to each; only whether it is closed is its own.
/// </summary>
/// <remarks>Thread-safe. Reads take no lock and do no I/O.</remarks>
internal sealed class StoreEngine(
    CommitPipeline pipeline,
    KvClock clock,
    MaintenanceRunner maintenance,
    Checkpointer? checkpointer,
    BlobStore? blobs,
    FlightTable flights,
    SnapshotWatchers snapshotWatchers,
    JournalWriter? journal,
    JournalRoom? room,
    SlideQueue? slides,
    SnapshotKvOptions storeSettings,
    IWorkScheduler scheduler,
    ILogger logger)
{
    /// <summary>The highest level that costs no waiting: what is appended to the journal is in the kernel's hands.</summary>
    private readonly KvDurability _unawaited = journal is null ? KvDurability.Snapshot : KvDurability.Process;

    private volatile bool _isClosed;

    /// <summary>Why nothing can be written, for whoever tries; null where it can. What cannot be written is not slid by reads either: nobody could be told.</summary>
    public string? WriteRefusal { get; init; }

    /// <summary>What each write survives that does not ask for more.</summary>
    public KvDurability Durability { get; } = checkpointer is null ? KvDurability.Snapshot : storeSettings.Durability;

    /// <summary>What a transaction survives that does not ask for more: without a journal it is saved at once, as Go does it.</summary>
    public KvDurability TransactionDurability => Durability == KvDurability.Snapshot ? KvDurability.Process : Durability;

    /// <summary>Whether commits go into a journal.</summary>
    public bool HasJournal => journal is not null;

    public KvClock Clock { get; } = clock;

    public CommitPipeline Pipeline { get; } = pipeline;

    /// <summary>Who saves the store; null in memory-only mode.</summary>
    public Checkpointer? Checkpointer { get; } = checkpointer;

    /// <summary>The files of blobs; null in memory-only mode.</summary>
    public BlobStore? Blobs { get; } = blobs;

    /// <summary>The values that are being made at this moment.</summary>
    public FlightTable Flights { get; } = flights;

    private RecordTable Table { get; } = pipeline.Table;

    /// <summary>The live record of a key.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public Record Find(ReadOnlySpan<byte> key)
    {
        ThrowIfClosed();
        var record = Table.Find(key);
        return record.IsNull || Clock.IsDead(record) ? default : record;
    }

    /// <summary>The live record of a key, whose sliding expiry, if it has one, is moved.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public Record Read(ReadOnlySpan<byte> key)
    {
        ThrowIfClosed();
        var record = Table.Find(key);
        return record.IsNull || record.Deadline == 0 ? record : ReadExpiring(record);
    }

    /// <summary>Moves the sliding expiry of a record that is read, when it is still alive.</summary>
    public void Touch(Record record)
    {
        if (!record.IsNull && (record.Flags & RecordFlags.Sliding) != 0)
        {
            ReadExpiring(record);
        }
    }

    /// <summary>Sets one key. Returns when the write is as safe as it is to be; so do all that follow.</summary>
    public void Set(Record record, KvDurability durability)
    {
        ThrowIfNotWritable();
        ulong number;
        for (var attempt = 0; !Pipeline.TrySet(record, durability == KvDurability.Disk, out number); attempt++)
        {
            room!.Make(attempt);
        }

        Finish(number, durability);
    }

    /// <inheritdoc cref="Set"/>
    public ValueTask SetAsync(Record record, KvDurability durability)
    {
        ThrowIfNotWritable();
        if (!Pipeline.TrySet(record, durability == KvDurability.Disk, out var number))
        {
            return SetOnceThereIsRoomAsync(record, durability);
        }

        NoteChange();
        return durability > _unawaited ? WaitAsync(number) : ValueTask.CompletedTask;
    }

    public bool Remove(ReadOnlySpan<byte> key, KvDurability durability)
    {
        ThrowIfNotWritable();
        CommitOutcome outcome;
        for (var attempt = 0; !Pipeline.TryRemove(key, durability == KvDurability.Disk, out outcome); attempt++)
        {
            room!.Make(attempt);
        }

        NoteChange();
        if (MustWait(outcome, durability))
        {
            Wait(outcome.Sequence);
        }

        return outcome.Removed > 0;
    }

    public async ValueTask<bool> RemoveAsync(byte[] key, KvDurability durability)
    {
        var outcome = await CommitAsync(isDirect => Pipeline.TryRemove(key, isDirect, out var outcome) ? outcome : null, durability).ConfigureAwait(false);
        return outcome.Removed > 0;
    }

    public CommitOutcome Commit(TableChange[] changes, CommitCondition[] conditions, KvDurability durability) =>
        Commit(isDirect => Pipeline.TryCommit(changes, conditions, isDirect, out var outcome) ? outcome : null, durability);

    public ValueTask<CommitOutcome> CommitAsync(TableChange[] changes, CommitCondition[] conditions, KvDurability durability) =>
        CommitAsync(isDirect => Pipeline.TryCommit(changes, conditions, isDirect, out var outcome) ? outcome : null, durability);

    /// <summary>Carries out a transaction's changes if nothing it relies on was changed.</summary>
    public CommitOutcome Commit(TransactionStart start, TransactionReads reads, TableChange[] changes, KvDurability durability) =>
        Commit(isDirect => Pipeline.TryCommit(start, reads, changes, isDirect, out var outcome) ? outcome : null, durability);

    /// <inheritdoc cref="Commit(TransactionStart, TransactionReads, TableChange[], KvDurability)"/>
    public ValueTask<CommitOutcome> CommitAsync(TransactionStart start, TransactionReads reads, TableChange[] changes, KvDurability durability) =>
        CommitAsync(isDirect => Pipeline.TryCommit(start, reads, changes, isDirect, out var outcome) ? outcome : null, durability);

    public long RemoveByPrefix(byte[] prefix, KvDurability durability) => Commit(RemovalOf(prefix), durability).Removed;

    public async ValueTask<long> RemoveByPrefixAsync(byte[] prefix, KvDurability durability) =>
        (await CommitAsync(RemovalOf(prefix), durability).ConfigureAwait(false)).Removed;

    public long RemoveByTag(byte[] tagPrefix, KvDurability durability) =>
        Commit(isDirect => Pipeline.TryRemoveByTag(tagPrefix, isDirect, out var outcome) ? outcome : null, durability).Removed;

    public async ValueTask<long> RemoveByTagAsync(byte[] tagPrefix, KvDurability durability) =>
        (await CommitAsync(isDirect => Pipeline.TryRemoveByTag(tagPrefix, isDirect, out var outcome) ? outcome : null, durability).ConfigureAwait(false)).Removed;

    /// <summary>Removes everything, keys that no string reaches too.</summary>
    public long Clear(KvDurability durability) => Commit(isDirect => Pipeline.TryClear(isDirect, out var outcome) ? outcome : null, durability).Removed;

    /// <inheritdoc cref="Clear"/>
    public async ValueTask<long> ClearAsync(KvDurability durability) =>
        (await CommitAsync(isDirect => Pipeline.TryClear(isDirect, out var outcome) ? outcome : null, durability).ConfigureAwait(false)).Removed;

    /// <summary>The live keys under a prefix, in order; read while it is enumerated.</summary>
    public IEnumerable<byte[]> Keys(byte[] prefix)
    {
        ThrowIfClosed();
        return LiveKeys(Pipeline.EnsureIndex(), prefix);
    }

    /// <summary>The live keys of a tag, in order; read while it is enumerated.</summary>
    public IEnumerable<byte[]> TaggedKeys(byte[] tagPrefix)
    {
        ThrowIfClosed();
        return LiveTaggedKeys(Pipeline.EnsureTagIndex(), tagPrefix);
    }

    public long Count(byte[] prefix)
    {
        ThrowIfClosed();
        if (prefix.Length == 0 && Table.ExpiringCount == 0 && Table.OpaqueCount == 0)
        {
            return Table.Count;
        }

        long count = 0;
        var index = Pipeline.EnsureIndex();
        foreach (var key in index.Enumerate(prefix))
        {
            count += IsLive(index, key) ? 1 : 0;
        }

        return count;
    }

    public IChangeToken Watch(byte[] prefix)
    {
        ThrowIfClosed();
        return Pipeline.Feed.Watch(prefix);
    }

    /// <exception cref="ArgumentOutOfRangeException">There is no such level.</exception>
    /// <exception cref="NotSupportedException">Of what is only read here nobody can tell when the device has it.</exception>
    public void ThrowIfCannotWatch(KvDurability durability)
    {
        ThrowIfClosed();
        if (durability is not (KvDurability.Snapshot or KvDurability.Process or KvDurability.Disk))
        {
            throw new ArgumentOutOfRangeException(nameof(durability), durability, "There is no such level of durability.");
        }

        if (durability == KvDurability.Disk && WriteRefusal is not null)
        {
            throw new NotSupportedException(
                $"Changes cannot be watched at the level {durability} where the store can only be read: who writes it alone knows what the device has. Watch at the level {nameof(KvDurability.Process)}, or there.");
        }
    }

    /// <summary>A watcher of changes begins, which ends with this handle.</summary>
    /// <inheritdoc cref="ChangeFeed.Subscribe"/>
    public ChangeSubscription Subscribe(byte[] prefix, int partitionBytes, KvDurability durability, IDisposable? owned, CancellationToken cancellationToken)
    {
        var subscription = Pipeline.Feed.Subscribe(this, prefix, partitionBytes, DurableThrough(durability), owned, cancellationToken);
        if (_isClosed)
        {
            // It came between the closing and the end of those that were there.
            subscription.End();
        }

        return subscription;
    }

    /// <summary>A watcher of snapshots begins, which ends with this handle.</summary>
    /// <inheritdoc cref="SnapshotWatchers.Add"/>
    public IDisposable WatchSnapshots(byte[] prefix, Action<KvSnapshotContents> saved)
    {
        ThrowIfClosed();
        var watcher = snapshotWatchers.Add(this, prefix, saved);
        if (_isClosed)
        {
            // It came between the closing and the end of those that were there.
            watcher.Dispose();
        }

        return watcher;
    }

    /// <summary>From here on every operation of this handle throws <see cref="ObjectDisposedException"/>, and its watchers end.</summary>
    public void Close()
    {
        _isClosed = true;
        Pipeline.Feed.Complete(this);
        snapshotWatchers.Remove(this);
    }

    /// <summary>Tells the last commit that has outlived what a level names; null where none need be waited for.</summary>
    private Func<ulong>? DurableThrough(KvDurability durability) =>
        durability <= _unawaited ? null
        : journal is not null ? () => journal.Flushes.Durable
        : Checkpointer is not null ? () => Checkpointer.SavedSequence
        : null;

    public void ThrowIfClosed() => ObjectDisposedException.ThrowIf(_isClosed, typeof(KvStore));

    /// <exception cref="NotSupportedException">The store, or what is seen of it here, can only be read.</exception>
    public void ThrowIfNotWritable()
    {
        ThrowIfClosed();
        if (WriteRefusal is not null)
        {
            throw new NotSupportedException(WriteRefusal);
        }
    }

    private IEnumerable<byte[]> LiveKeys(PrefixIndex index, byte[] prefix)
    {
        foreach (var key in index.Enumerate(prefix))
        {
            ThrowIfClosed();
            if (IsLive(index, key))
            {
                yield return key.Key;
            }
        }
    }

    private IEnumerable<byte[]> LiveTaggedKeys(PrefixIndex index, byte[] tagPrefix)
    {
        foreach (var tagKey in index.Enumerate(tagPrefix))
        {
            ThrowIfClosed();
            var key = TagKey.KeyOf(tagKey.Key).ToArray();
            if (index.IsAbandoned ? HasTag(Find(key), tagKey.Key) : !tagKey.MayExpire || !Find(key).IsNull)
            {
                yield return key;
            }
        }
    }

    /// <summary>A transaction was dropped without being disposed.</summary>
    public void LetGoOf(TransactionScope scope) => scheduler.Queue(() =>
    {
        logger.TransactionAbandoned();
        scope.End();
    });

    private Func<bool, CommitOutcome?> RemovalOf(byte[] prefix) => prefix.Length == 0 && Table.OpaqueCount == 0
        ? isDirect => Pipeline.TryClear(isDirect, out var outcome) ? outcome : null
        : isDirect => Pipeline.TryRemoveByPrefix(prefix, isDirect, out var outcome) ? outcome : null;

    /// <param name="attempt">Carries it out; null when the journal has no room.</param>
    /// <param name="durability">What it is to survive.</param>
    private CommitOutcome Commit(Func<bool, CommitOutcome?> attempt, KvDurability durability)
    {
        ThrowIfNotWritable();
        CommitOutcome? outcome;
        for (var attempts = 0; (outcome = attempt(durability == KvDurability.Disk)) is null; attempts++)
        {
            room!.Make(attempts);
        }

        if (!outcome.Value.IsRefused)
        {
            NoteChange();
            if (MustWait(outcome.Value, durability))
            {
                Wait(outcome.Value.Sequence);
            }
        }

        return outcome.Value;
    }

    /// <inheritdoc cref="Commit(Func{bool, CommitOutcome?}, KvDurability)"/>
    private async ValueTask<CommitOutcome> CommitAsync(Func<bool, CommitOutcome?> attempt, KvDurability durability)
    {
        ThrowIfNotWritable();
        CommitOutcome? outcome;
        for (var attempts = 0; (outcome = attempt(durability == KvDurability.Disk)) is null; attempts++)
        {
            await room!.MakeAsync(attempts).ConfigureAwait(false);
        }

        if (!outcome.Value.IsRefused)
        {
            NoteChange();
            if (MustWait(outcome.Value, durability))
            {
                await WaitAsync(outcome.Value.Sequence).ConfigureAwait(false);
            }
        }

        return outcome.Value;
    }

    private async ValueTask SetOnceThereIsRoomAsync(Record record, KvDurability durability)
    {
        ulong number;
        for (var attempt = 0; !Pipeline.TrySet(record, durability == KvDurability.Disk, out number); attempt++)
        {
            await room!.MakeAsync(attempt).ConfigureAwait(false);
        }

        NoteChange();
        if (durability > _unawaited)
        {
            await WaitAsync(number).ConfigureAwait(false);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void Finish(ulong number, KvDurability durability)
    {
        NoteChange();
        if (durability > _unawaited)
        {
            Wait(number);
        }
    }

    /// <summary>
    /// Whether a commit is to be waited for. One that found nothing to change relies on those before it, so that it waits for them where they are journaled; a snapshot is not
    /// made for it.
    /// </summary>
    private bool MustWait(in CommitOutcome outcome, KvDurability durability) => durability > _unawaited && !(outcome.IsEmpty && journal is null);

    /// <summary>Returns when a commit is on the device: in the journal, or without one in a snapshot. In memory-only mode there is none.</summary>
    private void Wait(ulong number)
    {
        if (journal is not null)
        {
            journal.Flushes.Wait(number);
        }
        else if (Checkpointer is not null && number > Checkpointer.SavedSequence)
        {
            Checkpointer.Save(Environment.ProcessorCount, KvSaveReason.Requested, CancellationToken.None);
        }
    }

    private ValueTask WaitAsync(ulong number) =>
        journal is not null ? journal.Flushes.WaitAsync(number)
        : Checkpointer is not null && number > Checkpointer.SavedSequence ? new(Checkpointer.SaveAsync(Environment.ProcessorCount, KvSaveReason.Requested, CancellationToken.None))
        : ValueTask.CompletedTask;

    private void NoteChange()
    {
        maintenance.NoteChange();
        Pipeline.Feed.Deliver();
    }

    private Record ReadExpiring(Record record)
    {
        if (Clock.IsDead(record, out var now))
        {
            return default;
        }

        if ((record.Flags & RecordFlags.Sliding) != 0 && WriteRefusal is null)
        {
            Slide(record, now);
        }

        return record;
    }

    /// <summary>What an index has that is kept is there, unless it has expired; what one has that is not kept any more may have been anything.</summary>
    private bool IsLive(PrefixIndex index, IndexedKey key) => (!key.MayExpire && !index.IsAbandoned) || !Find(key.Key).IsNull;

    private static bool HasTag(Record record, ReadOnlySpan<byte> tagKey)
    {
        if (!record.IsNull)
        {
            foreach (var tag in TagList.Enumerate(record.Tags))
            {
                if (TagKey.Create(tag, record.Key).AsSpan().SequenceEqual(tagKey))
                {
                    return true;
                }
            }
        }

        return false;
    }

    private void Slide(Record record, long now)
    {
        // Never lowered: of two reads at once the later one counts.
        var isMarked = slides is not null;
        while (true)
        {
            var deadline = record.Deadline;
            var slid = record.SlidDeadline(now);
            if (slid <= deadline)
            {
                return;
            }

            if (!isMarked)
            {
                if (record.TryMoveDeadline(deadline, slid))
                {
                    maintenance.NoteSlide();
                    return;
                }
            }
            else if (record.TryMoveDeadline(deadline, slid | Record.SlideMark))
            {
                if ((deadline & Record.SlideMark) == 0)
                {
                    slides!.Note(record, deadline);
                }

                maintenance.NoteSlide();
                return;
            }
        }
    }
}
