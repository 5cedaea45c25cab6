using System.Runtime.InteropServices;
using SnapshotKv.Blobs;
using SnapshotKv.Format;
using SnapshotKv.Keyspace;

namespace SnapshotKv.Engine;

/// <summary>
/// Orders all writes: each commit gets its number, is applied and published under the gate, one after the other. Reads never come here; they go
/// to the table.
/// </summary>
/// <remarks>Thread-safe. The gate is held for changing memory only: encoding comes before it, saving happens beside it.</remarks>
internal sealed partial class CommitPipeline
{
    /// <summary>How many dead entries a sweep removes before it lets waiting writers in.</summary>
    private const int SweepBatch = 128;

    private readonly Lock _gate = new();
    private readonly KvClock _clock;
    private readonly ulong _firstSequence;
    private ulong _sequence;
    private bool _isClosed;

    /// <param name="table">The entries.</param>
    /// <param name="clock">The clock they expire by.</param>
    /// <param name="sequence">The number of the last commit so far.</param>
    /// <param name="feed">Is told of every change.</param>
    /// <param name="blobs">Is told of every blob that an entry begins or ceases to refer to.</param>
    public CommitPipeline(RecordTable table, KvClock clock, ulong sequence, ChangeFeed feed, BlobLedger blobs)
    {
        Table = table;
        Feed = feed;
        Blobs = blobs;
        _clock = clock;
        _sequence = sequence;
        _firstSequence = Math.Max(sequence, 1);
        _keys = new OrderedIndex(_gate, NewSlotBuffer, CaptureForIndex, SortedKeys);
        _tags = new OrderedIndex(_gate, NewSlotBuffer, CaptureForIndex, SortedTags);
    }

    public RecordTable Table { get; }

    public ChangeFeed Feed { get; }

    public BlobLedger Blobs { get; }

    /// <summary>The number of the last commit.</summary>
    public ulong Sequence => Volatile.Read(ref _sequence);

    /// <summary>The version of a record: the number of its commit; for what a file brought without one, the number the store began with.</summary>
    public long VersionOf(Record record) => (long)(record.Sequence == 0 ? _firstSequence : record.Sequence);

    /// <summary>Sets one key.</summary>
    public void Set(Record record)
    {
        lock (_gate)
        {
            ThrowIfClosed();
            var number = NextSequence();
            record.SetSequence(number);
            NoteForTransactions(record.Key, record, number);
            var before = Table.Put(record);
            Tell(before, record, number);
        }
    }

    /// <summary>Removes one key. A key that is not there makes no commit.</summary>
    /// <returns>Whether a live entry was removed.</returns>
    public bool Remove(ReadOnlySpan<byte> key)
    {
        lock (_gate)
        {
            ThrowIfClosed();
            if (_log.IsKept && Table.Find(key).IsNull)
            {
                return false;
            }

            // Before the removal: whoever could still read it then, and slide it, knew it alive.
            var now = Table.ExpiringCount > 0 ? _clock.Now : 0;
            NoteForTransactions(key, default, _sequence + 1);
            var before = Table.Remove(key);
            if (before.IsNull)
            {
                return false;
            }

            Tell(before, default, NextSequence());
            return !before.IsExpiredAt(now);
        }
    }

    /// <summary>Carries out several changes as one commit, no key twice, if the conditions hold.</summary>
    public CommitOutcome TryCommit(Span<TableChange> changes, ReadOnlySpan<CommitCondition> conditions)
    {
        lock (_gate)
        {
            ThrowIfClosed();
            return FindConflict(conditions) ?? CompleteUpdates(changes) ?? ApplyInGate(changes);
        }
    }

    /// <summary>Removes everything as one commit.</summary>
    /// <returns>How many live entries were removed.</returns>
    public long Clear()
    {
        var buffer = NewSlotBuffer();
        Capture before;
        lock (_gate)
        {
            ThrowIfClosed();
            before = CaptureInGate(ref buffer);
            if (before.SlotCount == 0)
            {
                return 0;
            }

            var number = NextSequence();
            if (_log.IsKept)
            {
                _log.NoteAll();
            }

            Table.Clear();
            _keys.Clear();
            _tags.Clear();
            Blobs.RetireAll(number);
            if (Feed.IsWatched)
            {
                Feed.Note(KvChangeKind.Reset, [], number);
            }
        }

        return before.LiveRecords(_clock.Now).Length;
    }

    /// <summary>Removes all keys that begin with a prefix, as one commit.</summary>
    /// <returns>How many live entries were removed.</returns>
    public long RemoveByPrefix(byte[] prefix)
    {
        var index = _keys.Ensure();
        lock (_gate)
        {
            ThrowIfClosed();
            var changes = new List<TableChange>();
            foreach (var key in index.Enumerate(prefix))
            {
                changes.Add(new TableChange(key.Key));
            }

            return ApplyInGate(CollectionsMarshal.AsSpan(changes)).Removed;
        }
    }

    /// <summary>Removes all entries that have a tag and whose keys begin with a prefix, as one commit.</summary>
    /// <param name="tagPrefix">The <see cref="TagKey"/> of the tag and the prefix.</param>
    /// <returns>How many live entries were removed.</returns>
    public long RemoveByTag(byte[] tagPrefix)
    {
        var index = _tags.Ensure();
        lock (_gate)
        {
            ThrowIfClosed();
            var changes = new List<TableChange>();
            foreach (var tagKey in index.Enumerate(tagPrefix))
            {
                changes.Add(new TableChange(TagKey.KeyOf(tagKey.Key).ToArray()));
            }

            return ApplyInGate(CollectionsMarshal.AsSpan(changes)).Removed;
        }
    }

    /// <summary>Removes the dead entries of one part of the table; between two parts waiting writers come in.</summary>
    /// <param name="position">Where the part begins; moved behind it.</param>
    /// <returns>How many were removed.</returns>
    public int RemoveExpired(ref RecordTable.SweepPosition position)
    {
        var removed = new Record[SweepBatch];
        lock (_gate)
        {
            ThrowIfClosed();

            // What an open transaction still sees stays until it has ended.
            var count = Table.RemoveExpired(ref position, Math.Min(_clock.Now, _log.OldestInstant), removed);
            foreach (var record in removed.AsSpan(0, count))
            {
                // No commit, so it has no number; the next snapshot, whatever its number, is without it.
                Blobs.Note(record, default, _sequence + 1);
                TellOthers(record, default, _sequence);
            }

            return count;
        }
    }

    /// <summary>Copies the table's references between two commits.</summary>
    public Capture Capture()
    {
        var buffer = NewSlotBuffer();
        lock (_gate)
        {
            return CaptureInGate(ref buffer);
        }
    }

    /// <summary>Lets no further commit in.</summary>
    public void Close()
    {
        lock (_gate)
        {
            _isClosed = true;
        }
    }

    private CommitOutcome? FindConflict(ReadOnlySpan<CommitCondition> conditions)
    {
        foreach (ref readonly var condition in conditions)
        {
            var record = Table.Find(condition.Key);
            var version = record.IsNull || _clock.IsDead(record) ? 0 : VersionOf(record);
            if (version != condition.Version)
            {
                return new(0, 0, condition.Key);
            }
        }

        return null;
    }

    /// <summary>Joins what is to be updated with the rest of the live entries.</summary>
    private CommitOutcome? CompleteUpdates(Span<TableChange> changes)
    {
        foreach (ref var change in changes)
        {
            if (change.Update == RecordUpdate.All)
            {
                continue;
            }

            var current = Table.Find(change.Key);
            if (current.IsNull || _clock.IsDead(current))
            {
                return new(0, 0, change.Key.ToArray());
            }

            change.Complete(current, _clock.Now);
        }

        return null;
    }

    private CommitOutcome ApplyInGate(Span<TableChange> changes)
    {
        if (!ChangesAnything(changes))
        {
            return new(_sequence, 0, null);
        }

        var number = NextSequence();
        foreach (ref var change in changes)
        {
            if (!change.After.IsNull)
            {
                change.After.SetSequence(number);
            }

            NoteForTransactions(change.Key, change.After, number);
        }

        Table.Apply(changes);
        var removed = 0;
        foreach (ref readonly var change in changes)
        {
            removed += change.After.IsNull && !change.Before.IsNull && !_clock.IsDead(change.Before) ? 1 : 0;
            Tell(change.Before, change.After, number);
        }

        return new(number, removed, null);
    }

    /// <summary>Removing only keys that are not there is no commit, be it one or many.</summary>
    private bool ChangesAnything(ReadOnlySpan<TableChange> changes)
    {
        foreach (ref readonly var change in changes)
        {
            if (!change.After.IsNull || !Table.Find(change.Key).IsNull)
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Tells all who must know of a change that has been made.</summary>
    private void Tell(Record before, Record after, ulong number)
    {
        Blobs.Note(before, after, number);
        TellOthers(before, after, number);
    }

    private void TellOthers(Record before, Record after, ulong number)
    {
        IndexChange(before, after);
        if (Feed.IsWatched)
        {
            TellWatchers(before, after, number);
        }
    }

    private void TellWatchers(Record before, Record after, ulong number)
    {
        var either = after.IsNull ? before : after;
        if (either.IsNull || !IsIndexed(either))
        {
            return;
        }

        var kind = !after.IsNull ? KvChangeKind.Set
            : _clock.IsDead(before) ? KvChangeKind.Expired
            : KvChangeKind.Removed;
        Feed.Note(kind, either.Key, number);
    }

    private Capture CaptureInGate(ref TableShard.Slot[] buffer)
    {
        if (buffer.Length < Table.SlotCount)
        {
            buffer = new TableShard.Slot[Table.SlotCount];
        }

        return new(_sequence, buffer, Table.CopySlots(buffer), Table.Count, Table.ExpiringCount > 0);
    }

    /// <summary>
    /// Room for the table and some growth, made and touched before the gate is taken: the kernel takes longer to hand over that much memory than the copy
    /// takes.
    /// </summary>
    private TableShard.Slot[] NewSlotBuffer()
    {
        var buffer = new TableShard.Slot[Table.SlotCount + (Table.SlotCount / 16)];
        Array.Clear(buffer);
        return buffer;
    }

    private ulong NextSequence()
    {
        Volatile.Write(ref _sequence, _sequence + 1);
        return _sequence;
    }

    private void ThrowIfClosed() => ObjectDisposedException.ThrowIf(_isClosed, typeof(KvStore));
}
