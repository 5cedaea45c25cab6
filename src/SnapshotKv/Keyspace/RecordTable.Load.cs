using SnapshotKv.Format;

namespace SnapshotKv.Keyspace;

/// <content>Filling a fresh table from a file: all entries at once, on all cores, and hardly touching a record.</content>
internal sealed partial class RecordTable
{
    /// <summary>Below this many entries a second thread costs more than it brings.</summary>
    private const int WorthTwoThreads = 50_000;

    /// <summary>Makes a table of entries. A key that comes again replaces what came before.</summary>
    public static RecordTable Load(LoadedEntries entries)
    {
        var table = new RecordTable(entries.Hasher);
        table.Reserve(entries.Count);
        var workers = entries.Count < WorthTwoThreads ? 1 : Math.Min(Environment.ProcessorCount, ShardCount);
        var loads = new ShardLoad[workers];
        if (workers == 1)
        {
            loads[0] = table.LoadShards(entries, 0, 1);
        }
        else
        {
            Parallel.For(0, workers, worker => loads[worker] = table.LoadShards(entries, worker, workers));
        }

        foreach (var load in loads)
        {
            table._count += load.Count;
            table._expiringCount += load.Expiring;
            table._opaqueCount += load.Opaque;
            table.Watch(load.MostProbes);
        }

        return table;
    }

    /// <summary>Puts the entries of every n-th shard. Shards share nothing, so threads that have different ones need not know of each other.</summary>
    private ShardLoad LoadShards(LoadedEntries entries, int worker, int workers)
    {
        var load = default(ShardLoad);
        foreach (ref readonly var entry in entries.Span)
        {
            var number = (int)(entry.Hash >> ShardShift);
            if (number % workers != worker)
            {
                continue;
            }

            ref var shard = ref _root.Shards[number];
            if (!shard.HasRoomFor(1))
            {
                shard = shard.Grow(1);
            }

            // Only where the tag is there already can the key be, too; only then are records looked at.
            var tag = TagOf(entry.Hash);
            var empty = shard.FindEmpty(tag, out var passedEqual, out var probes);
            var location = passedEqual ? shard.Locate(tag, new Record(entry.Bytes).Key, out _) : ~empty;
            if (location >= 0)
            {
                load.Forget(new Record((byte[])shard.Slots[location].Value!));
            }

            shard.Put(location, tag, entry.Bytes, entry.DeadlineSecond);
            load.Count++;
            load.Expiring += entry.DeadlineSecond == 0 ? 0 : 1;
            load.Opaque += entry.IsOpaque ? 1 : 0;
            load.MostProbes = Math.Max(load.MostProbes, probes);
        }

        return load;
    }

    /// <summary>What one thread has put.</summary>
    private struct ShardLoad
    {
        public int Count;
        public int Expiring;
        public int Opaque;
        public int MostProbes;

        public void Forget(Record replaced)
        {
            Count--;
            Expiring -= replaced.Deadline == 0 ? 0 : 1;
            Opaque -= (replaced.Flags & RecordFlags.OpaqueKey) == 0 ? 0 : 1;
        }
    }
}
