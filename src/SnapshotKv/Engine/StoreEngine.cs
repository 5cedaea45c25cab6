using System.Runtime.CompilerServices;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Primitives;
using SnapshotKv.Blobs;
using SnapshotKv.Diagnostics;
using SnapshotKv.Format;
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
    IWorkScheduler scheduler,
    ILogger logger)
{
    private volatile bool _isClosed;

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

    public void Set(Record record)
    {
        ThrowIfClosed();
        Pipeline.Set(record);
        NoteChange();
    }

    public bool Remove(ReadOnlySpan<byte> key)
    {
        ThrowIfClosed();
        var removed = Pipeline.Remove(key);
        NoteChange();
        return removed;
    }

    public CommitOutcome TryCommit(Span<TableChange> changes, ReadOnlySpan<CommitCondition> conditions)
    {
        ThrowIfClosed();
        var outcome = Pipeline.TryCommit(changes, conditions);
        NoteChange();
        return outcome;
    }

    /// <inheritdoc cref="CommitPipeline.TryCommit(TransactionStart, TransactionReads, Span{TableChange}, out byte[])"/>
    public bool TryCommit(TransactionStart start, TransactionReads reads, Span<TableChange> changes, out byte[]? changed)
    {
        ThrowIfClosed();
        if (!Pipeline.TryCommit(start, reads, changes, out changed))
        {
            return false;
        }

        NoteChange();
        return true;
    }

    public long RemoveByPrefix(byte[] prefix)
    {
        ThrowIfClosed();
        var removed = prefix.Length == 0 && Table.OpaqueCount == 0 ? Pipeline.Clear() : Pipeline.RemoveByPrefix(prefix);
        NoteChange();
        return removed;
    }

    public long RemoveByTag(byte[] tagPrefix)
    {
        ThrowIfClosed();
        var removed = Pipeline.RemoveByTag(tagPrefix);
        NoteChange();
        return removed;
    }

    /// <summary>Removes everything, keys that no string reaches too.</summary>
    public long Clear()
    {
        ThrowIfClosed();
        var removed = Pipeline.Clear();
        NoteChange();
        return removed;
    }

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
        foreach (var key in Pipeline.EnsureIndex().Enumerate(prefix))
        {
            count += IsLive(key) ? 1 : 0;
        }

        return count;
    }

    public IChangeToken Watch(byte[] prefix)
    {
        ThrowIfClosed();
        return Pipeline.Feed.Watch(prefix);
    }

    /// <summary>A watcher of changes begins, which ends with this handle.</summary>
    /// <inheritdoc cref="ChangeFeed.Subscribe"/>
    public ChangeSubscription Subscribe(byte[] prefix, int partitionBytes, IDisposable? owned, CancellationToken cancellationToken)
    {
        var subscription = Pipeline.Feed.Subscribe(this, prefix, partitionBytes, owned, cancellationToken);
        if (_isClosed)
        {
            // It came between the closing and the end of those that were there.
            subscription.Complete();
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

    public void ThrowIfClosed() => ObjectDisposedException.ThrowIf(_isClosed, typeof(KvStore));

    private IEnumerable<byte[]> LiveKeys(PrefixIndex index, byte[] prefix)
    {
        foreach (var key in index.Enumerate(prefix))
        {
            ThrowIfClosed();
            if (IsLive(key))
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
            if (!tagKey.MayExpire || !Find(key).IsNull)
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

        if ((record.Flags & RecordFlags.Sliding) != 0)
        {
            Slide(record, now);
        }

        return record;
    }

    private bool IsLive(IndexedKey key) => !key.MayExpire || !Find(key.Key).IsNull;

    private void Slide(Record record, long now)
    {
        // Never lowered: of two reads at once the later one counts.
        while (true)
        {
            var deadline = record.Deadline;
            var slid = record.SlidDeadline(now);
            if (slid <= deadline)
            {
                return;
            }

            if (record.TryMoveDeadline(deadline, slid))
            {
                maintenance.NoteSlide();
                return;
            }
        }
    }
}
