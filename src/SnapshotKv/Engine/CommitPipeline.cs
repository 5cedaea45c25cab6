using System.Buffers;
using System.Runtime.InteropServices;
using SnapshotKv.Blobs;
using SnapshotKv.Format;
using SnapshotKv.Journal;
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
    private readonly JournalWriter? _journal;
    private ulong _sequence;
    private bool _isClosed;

    /// <param name="table">The entries.</param>
    /// <param name="clock">The clock they expire by.</param>
    /// <param name="sequence">The number of the last commit so far.</param>
    /// <param name="feed">Is told of every change.</param>
    /// <param name="blobs">Is told of every blob that an entry begins or ceases to refer to.</param>
    /// <param name="journal">Takes each commit before it is carried out; null for none.</param>
    public CommitPipeline(RecordTable table, KvClock clock, ulong sequence, ChangeFeed feed, BlobLedger blobs, JournalWriter? journal)
    {
        _journal = journal;
        Table = table;
        Feed = feed;
        Blobs = blobs;
        _clock = clock;
        _sequence = sequence;
        if (journal is not null)
        {
            journal.Flushes.Advanced = feed.NoteDurable;
        }

        Versions = new(Math.Max(sequence, 1));
        _keys = new OrderedIndex(_gate, CaptureForIndex, SortedKeys);
        _tags = new OrderedIndex(_gate, CaptureForIndex, SortedTags);
    }

    public RecordTable Table { get; }

    /// <summary>The instant up to which sweeps take out the dead, in Unix nanoseconds; null for now.</summary>
    public Func<long>? SweepLimit { get; set; }

    public ChangeFeed Feed { get; }

    public BlobLedger Blobs { get; }

    /// <summary>The number of the last commit.</summary>
    public ulong Sequence => Volatile.Read(ref _sequence);

    /// <summary>The versions of records.</summary>
    public RecordVersions Versions { get; }

    /// <summary>Sets one key.</summary>
    /// <param name="record">The entry.</param>
    /// <param name="isDirect">Whether the commit is flushed at once, and so appended in the way that is flushed sooner.</param>
    /// <param name="number">The commit's number.</param>
    /// <returns>Whether the journal had room; if not, nothing was done, and room must be made outside of the gate.</returns>
    public bool TrySet(Record record, bool isDirect, out ulong number)
    {
        // Not in the gate: nobody else has the record yet, and what lies in memory comes meanwhile.
        Table.Prefetch(record.Key);
        var checksum = _journal is null ? 0 : JournalChange.SetChecksum(record);
        lock (_gate)
        {
            ThrowIfClosed();
            number = _sequence + 1;
            if (_journal is not null)
            {
                if (!_journal.TryReserve(JournalChange.SizeOf(record.Bytes!.Length)))
                {
                    return false;
                }

                _journal.AppendSet(number, record, checksum, isDirect);
            }

            NextSequence();
            record.SetSequence(number);
            NoteForTransactions(record.Key, record, number);
            var before = Table.Put(record);
            Tell(before, record, number);
            return true;
        }
    }

    /// <summary>Removes one key. A key that is not there makes no commit.</summary>
    /// <param name="key">The key.</param>
    /// <param name="isDirect">See <see cref="TrySet"/>.</param>
    /// <param name="outcome">The commit's number, or the last one's; and how many live entries were removed.</param>
    /// <returns>Whether the journal had room; if not, nothing was done.</returns>
    public bool TryRemove(ReadOnlySpan<byte> key, bool isDirect, out CommitOutcome outcome)
    {
        lock (_gate)
        {
            ThrowIfClosed();
            outcome = CommitOutcome.Empty(_sequence);
            if ((_log.IsKept || _journal is not null) && Table.Find(key).IsNull)
            {
                return true;
            }

            // Before the removal: whoever could still read it then, and slide it, knew it alive.
            var now = Table.ExpiringCount > 0 ? _clock.Now : 0;
            ulong? journaled = null;
            if (_journal is not null)
            {
                if (!_journal.TryReserve(JournalChange.SizeOf(key.Length)))
                {
                    return false;
                }

                _body.ResetWrittenCount();
                JournalChange.WriteRemove(_body, key);
                AppendBody(JournalFrameKind.Changes, isDirect);

                // Right behind the frame: whatever fails from here on, no other commit gets its number.
                journaled = NextSequence();
            }

            NoteForTransactions(key, default, journaled ?? (_sequence + 1));
            var before = Table.Remove(key);
            if (before.IsNull)
            {
                return true;
            }

            var number = journaled ?? NextSequence();
            Tell(before, default, number);
            outcome = new(number, before.IsExpiredAt(now) ? 0 : 1);
            return true;
        }
    }

    /// <summary>Carries out several changes as one commit, no key twice, if the conditions hold.</summary>
    /// <param name="changes">The changes.</param>
    /// <param name="conditions">Under which they are carried out.</param>
    /// <param name="isDirect">See <see cref="TrySet"/>.</param>
    /// <param name="outcome">What became of it.</param>
    /// <returns>Whether the journal had room; if not, nothing was done, and the changes are as they were.</returns>
    public bool TryCommit(Span<TableChange> changes, ReadOnlySpan<CommitCondition> conditions, bool isDirect, out CommitOutcome outcome)
    {
        var body = EncodeBefore(changes, out var checksum);
        lock (_gate)
        {
            ThrowIfClosed();
            if (FindConflict(conditions) is { } conflict)
            {
                outcome = conflict;
                return true;
            }

            // Before updates are joined with what is there: another attempt must find them as they are.
            if (_journal is not null && !_journal.TryReserve(body?.WrittenCount ?? LargestBody(changes)))
            {
                outcome = default;
                return false;
            }

            outcome = CompleteUpdates(changes) ?? ApplyInGate(changes, JournalFrameKind.Changes, body, checksum, isDirect);
            return true;
        }
    }

    /// <summary>Removes everything as one commit.</summary>
    /// <param name="isDirect">See <see cref="TrySet"/>.</param>
    /// <param name="outcome">The commit's number, or the last one's; and how many live entries were removed.</param>
    /// <returns>Whether the journal had room; if not, nothing was done.</returns>
    public bool TryClear(bool isDirect, out CommitOutcome outcome)
    {
        RecordTable before;
        ulong number;
        lock (_gate)
        {
            ThrowIfClosed();
            outcome = CommitOutcome.Empty(_sequence);
            if (_journal is not null && !_journal.TryReserve(0))
            {
                return false;
            }

            if (Table.Count == 0)
            {
                return true;
            }

            if (_journal is not null)
            {
                _body.ResetWrittenCount();
                AppendBody(JournalFrameKind.Clear, isDirect);
            }

            number = NextSequence();
            if (_log.IsKept)
            {
                _log.NoteAll();
            }

            _backlog?.NoteClear();
            before = Table.Clear();
            _keys.Clear();
            _tags.Clear();
            Blobs.RetireAll(number);
            if (Feed.IsWatched)
            {
                Feed.Note(KvChangeKind.Reset, [], number);
            }
        }

        outcome = new(number, before.CountLive(_clock.Now));
        return true;
    }

    /// <summary>Removes all keys that begin with a prefix, as one commit.</summary>
    /// <inheritdoc cref="TryClear"/>
    public bool TryRemoveByPrefix(byte[] prefix, bool isDirect, out CommitOutcome outcome) =>
        TryRemoveAll(_keys, prefix, static key => key, JournalFrameKind.RemoveByPrefix, isDirect, out outcome);

    /// <summary>Removes all entries that have a tag and whose keys begin with a prefix, as one commit.</summary>
    /// <param name="tagPrefix">The <see cref="TagKey"/> of the tag and the prefix.</param>
    /// <param name="isDirect">See <see cref="TrySet"/>.</param>
    /// <param name="outcome">The commit's number, or the last one's; and how many live entries were removed.</param>
    /// <returns>Whether the journal had room; if not, nothing was done.</returns>
    public bool TryRemoveByTag(byte[] tagPrefix, bool isDirect, out CommitOutcome outcome) =>
        TryRemoveAll(_tags, tagPrefix, static tagKey => TagKey.KeyOf(tagKey).ToArray(), JournalFrameKind.RemoveByTag, isDirect, out outcome);

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
            var count = Table.RemoveExpired(ref position, Math.Min(SweepLimit?.Invoke() ?? _clock.Now, _log.OldestInstant), removed);
            foreach (var record in removed.AsSpan(0, count))
            {
                // No commit, so it has no number; the next snapshot, whatever its number, is without it.
                Blobs.Note(record, default, _sequence + 1);
                TellOthers(record, default, _sequence);
            }

            return count;
        }
    }

    /// <summary>Whether no further commit is let in.</summary>
    public bool IsClosed => Volatile.Read(ref _isClosed);

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
            var version = record.IsNull || _clock.IsDead(record) ? 0 : Versions.Of(record);
            if (version != condition.Version)
            {
                return CommitOutcome.Refused(condition.Key);
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
                return CommitOutcome.Refused(change.Key.ToArray());
            }

            change.Complete(current, _clock.Now);
        }

        return null;
    }

    private bool TryRemoveAll(OrderedIndex source, byte[] prefix, Func<byte[], byte[]> toKey, JournalFrameKind kind, bool isDirect, out CommitOutcome outcome)
    {
        while (true)
        {
            var index = source.Ensure();
            lock (_gate)
            {
                if (index.IsAbandoned)
                {
                    // A restore came in between: what is to be removed stands in the next one.
                    continue;
                }

                return TryRemoveAllInGate(index, prefix, toKey, kind, isDirect, out outcome);
            }
        }
    }

    private bool TryRemoveAllInGate(PrefixIndex index, byte[] prefix, Func<byte[], byte[]> toKey, JournalFrameKind kind, bool isDirect, out CommitOutcome outcome)
    {
        ThrowIfClosed();
        if (_journal is not null && !_journal.TryReserve(prefix.Length))
        {
            outcome = default;
            return false;
        }

        var changes = new List<TableChange>();
        foreach (var key in index.Enumerate(prefix))
        {
            changes.Add(new TableChange(toKey(key.Key)));
        }

        // The journal is told what was removed in a word, not key by key.
        var body = new ArrayBufferWriter<byte>(Math.Max(prefix.Length, 1));
        body.Write(prefix);
        outcome = ApplyInGate(CollectionsMarshal.AsSpan(changes), kind, body, Crc32C.Of(prefix), isDirect);
        return true;
    }

    /// <param name="changes">The changes, complete.</param>
    /// <param name="kind">What the journal is told.</param>
    /// <param name="body">The frame's body; null when it is yet to be encoded.</param>
    /// <param name="checksum">CRC-32C of the body, if there is one.</param>
    /// <param name="isDirect">See <see cref="TrySet"/>.</param>
    private CommitOutcome ApplyInGate(Span<TableChange> changes, JournalFrameKind kind, ArrayBufferWriter<byte>? body, uint checksum, bool isDirect)
    {
        if (!ChangesAnything(changes))
        {
            return CommitOutcome.Empty(_sequence);
        }

        if (body is not null)
        {
            _journal?.Append(kind, _sequence + 1, body.WrittenSpan, checksum, isDirect);
        }
        else if (_journal is not null)
        {
            _body.ResetWrittenCount();
            Encode(changes, _body);
            AppendBody(kind, isDirect);
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

        return new(number, removed);
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
        _backlog?.Note(before, after);
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

    private ulong NextSequence()
    {
        Volatile.Write(ref _sequence, _sequence + 1);
        return _sequence;
    }

    private void ThrowIfClosed() => ObjectDisposedException.ThrowIf(_isClosed, typeof(KvStore));
}
