namespace SnapshotKv.Keyspace;

/// <content>Commits of several keys: every change is put into its slot as pending, one word publishes all, then the slots are settled.</content>
internal sealed partial class RecordTable
{
    private bool _isApplying;

    /// <summary>Gate: carries out several changes so that a reader who sees one of them sees all.</summary>
    /// <param name="changes">The changes, no key twice. Each gets its <see cref="TableChange.Before"/>.</param>
    public void Apply(Span<TableChange> changes)
    {
        if (changes.Length == 1)
        {
            ref var only = ref changes[0];
            only.Before = only.After.IsNull ? Remove(only.Key) : Put(only.After);
            return;
        }

        Prepare(changes);

        // Until all is settled. It stays so when memory runs out on the way: then there are slots without records, which nobody may take for records.
        _isApplying = true;
        var commit = new CommitMark();
        var mostProbes = 0;
        foreach (ref var change in changes)
        {
            mostProbes = Math.Max(mostProbes, Stage(ref change, commit));
        }

        commit.Publish();
        foreach (ref var change in changes)
        {
            Settle(in change);
        }

        _isApplying = false;
        Watch(mostProbes);
    }

    /// <summary>Makes room for all changes, so that no shard is replaced while changes are pending in it.</summary>
    private void Prepare(ReadOnlySpan<TableChange> changes)
    {
        Span<int> needed = stackalloc int[ShardCount];
        needed.Clear();
        foreach (ref readonly var change in changes)
        {
            // A removal takes place where the entry is.
            if (!change.After.IsNull)
            {
                needed[(int)(_root.Hasher.Hash(change.Key) >> ShardShift)]++;
            }
        }

        for (var i = 0; i < ShardCount; i++)
        {
            ref var shard = ref _root.Shards[i];
            if (needed[i] > 0 && !shard.HasRoomFor(needed[i]))
            {
                Volatile.Write(ref shard, shard.Grow(needed[i]));
            }
        }
    }

    private int Stage(ref TableChange change, CommitMark commit)
    {
        var shard = ShardOf(change.Key, out var tag);
        var location = shard.Locate(tag, change.Key, out var probes);
        var before = location >= 0 ? (byte[]?)shard.Slots[location].Value : null;
        change.Before = new(before);
        if (before is null && change.After.IsNull)
        {
            return probes;
        }

        // The sweep's array belongs to the writer, so it may be ahead of the publication.
        var pending = new PendingChange(before, change.After.Bytes, commit);
        CountChange(before, change.After.Bytes);
        shard.Put(location, tag, pending, DeadlineSecond(change.After.IsNull ? 0 : change.After.Deadline));
        return probes;
    }

    private void Settle(ref readonly TableChange change)
    {
        if (change.Before.IsNull && change.After.IsNull)
        {
            return;
        }

        var shard = ShardOf(change.Key, out var tag);
        var location = shard.Locate(tag, change.Key, out _);
        if (change.After.IsNull)
        {
            shard.Remove(location);
        }
        else
        {
            Volatile.Write(ref shard.Slots[location].Value, change.After.Bytes);
        }
    }
}
