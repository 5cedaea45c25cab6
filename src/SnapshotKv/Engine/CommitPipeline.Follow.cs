using System.Diagnostics;
using SnapshotKv.Format;
using SnapshotKv.Keyspace;

namespace SnapshotKv.Engine;

/// <content>Following: commits that another process made and numbered, carried out here so that indexes, watchers and transactions see each as one, as those of their own.</content>
internal sealed partial class CommitPipeline
{
    /// <summary>Carries out a commit of the owner's.</summary>
    /// <param name="changes">The changes, no key twice; the records bear the number.</param>
    /// <param name="number">Its number.</param>
    public void Follow(Span<TableChange> changes, ulong number)
    {
        lock (_gate)
        {
            ThrowIfClosed();
            FollowInGate(changes, number);
        }
    }

    /// <summary>Carries out the owner's removal of all keys with a prefix.</summary>
    /// <inheritdoc cref="Follow"/>
    public void FollowRemovalByPrefix(byte[] prefix, ulong number) => FollowRemoval(_keys.Ensure(), prefix, static key => key, number);

    /// <summary>Carries out the owner's removal of all entries with a tag whose keys begin with a prefix.</summary>
    /// <inheritdoc cref="Follow"/>
    public void FollowRemovalByTag(byte[] tagPrefix, ulong number) => FollowRemoval(_tags.Ensure(), tagPrefix, static tagKey => TagKey.KeyOf(tagKey).ToArray(), number);

    /// <summary>Carries out the owner's removal of everything.</summary>
    /// <inheritdoc cref="Follow"/>
    public void FollowClear(ulong number)
    {
        lock (_gate)
        {
            ThrowIfClosed();
            Volatile.Write(ref _sequence, number);
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
    }

    /// <summary>A sliding expiry of the owner's has moved. Never lowered.</summary>
    /// <remarks>In the gate, so that no sweep takes the entry out meanwhile.</remarks>
    public void FollowSlide(Record record, long deadline)
    {
        lock (_gate)
        {
            var current = record.Deadline;
            if (deadline > current)
            {
                record.TryMoveDeadline(current, deadline);
            }
        }
    }

    /// <summary>Puts another state in place of all there is, at once: readers see the one or the other, and watchers are told what may have changed.</summary>
    /// <param name="table">The state, of which what has no number bears <see cref="RecordVersions.NextMark"/>; has the former one afterwards.</param>
    /// <param name="prefix">What may have changed: all keys that begin with this.</param>
    /// <param name="number">The last commit in it. May be lower than what there was: an owner that has lost commits, or begun anew.</param>
    public void FollowAnew(RecordTable table, byte[] prefix, ulong number)
    {
        lock (_gate)
        {
            ThrowIfClosed();
            Volatile.Write(ref _sequence, number);
            ReplaceInGate(table, prefix, Math.Max(number, 1));
        }
    }

    private void FollowRemoval(PrefixIndex index, byte[] prefix, Func<byte[], byte[]> toKey, ulong number)
    {
        lock (_gate)
        {
            ThrowIfClosed();
            FollowInGate(index.Enumerate(prefix).Select(key => new TableChange(toKey(key.Key))).ToArray(), number);
        }
    }

    private void FollowInGate(Span<TableChange> changes, ulong number)
    {
        Debug.Assert(_journal is null, "who follows writes nothing");
        Volatile.Write(ref _sequence, number);
        foreach (ref readonly var change in changes)
        {
            NoteForTransactions(change.Key, change.After, number);
        }

        Table.Apply(changes);
        foreach (ref readonly var change in changes)
        {
            Tell(change.Before, change.After, number);
        }
    }
}
