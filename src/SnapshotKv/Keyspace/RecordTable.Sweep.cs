using SnapshotKv.Format;

namespace SnapshotKv.Keyspace;

/// <content>Finding the dead: a walk over the shards' contiguous arrays of deadlines, one shard at a time.</content>
internal sealed partial class RecordTable
{
    private const long NanosecondsPerSecond = 1_000_000_000;

    /// <summary>How many slots a sweep looks at before it lets waiting writers in: some microseconds.</summary>
    private const int SweptAtOnce = 16 * 1024;

    /// <summary>How many due entries a sweep visits before it lets waiting writers in.</summary>
    private const int DueAtOnce = 128;

    /// <summary>Gate: removes dead entries of one part of the table.</summary>
    /// <param name="position">Where to begin: 0 for the first part. Moved behind the part that was swept.</param>
    /// <param name="now">The instant in Unix nanoseconds.</param>
    /// <param name="removed">Takes the records that were removed; the part ends when it is full.</param>
    /// <returns>How many were removed.</returns>
    public int RemoveExpired(ref SweepPosition position, long now, Span<Record> removed)
    {
        var shard = _root.Shards[position.Shard];
        if (shard.Deadlines is not { } deadlines)
        {
            position = position.NextShard();
            return 0;
        }

        // Found first and visited after, so that the records come from memory beside each other and not one after the other.
        Span<int> due = stackalloc int[DueAtOnce];
        due = due[..FindDue(deadlines, position.Slot, now, due[..Math.Min(due.Length, removed.Length)], out var end)];
        Span<Record> records = removed[..due.Length];
        for (var i = 0; i < due.Length; i++)
        {
            records[i] = new((byte[]?)shard.Slots[due[i]].Value);
        }

        var count = 0;
        for (var i = 0; i < due.Length; i++)
        {
            RecordPrefetch.Ahead(records, i);
            var record = records[i];
            if (RemoveIfDead(shard, due[i], record, now))
            {
                removed[count++] = record;
            }
        }

        // A shard that grows between two parts is swept from some other place on; what is missed is found the next time.
        position = end < deadlines.Length ? position with { Slot = end } : position.NextShard();
        return count;
    }

    /// <summary>Gate, or of a table that nobody changes: how many entries are alive at an instant in Unix nanoseconds.</summary>
    public int CountLive(long now)
    {
        var live = _count;
        var second = DeadlineSecond(Math.Max(now, 1));
        foreach (var shard in _root.Shards)
        {
            var deadlines = shard.Deadlines ?? [];
            for (var i = 0; i < deadlines.Length; i++)
            {
                // What was to live longer when it was written does so now: slides only raise deadlines.
                if (deadlines[i] - 1 < second && new Record((byte[]?)shard.Slots[i].Value).IsExpiredAt(now))
                {
                    live--;
                }
            }
        }

        return live;
    }

    /// <summary>The slots whose deadlines lay in this second or before when they were written.</summary>
    private static int FindDue(uint[] deadlines, int from, long now, Span<int> due, out int end)
    {
        var second = DeadlineSecond(Math.Max(now, 1));
        var limit = Math.Min(deadlines.Length, from + SweptAtOnce);
        var count = 0;
        end = from;
        while (end < limit && count < due.Length)
        {
            var next = deadlines.AsSpan(end, limit - end).IndexOfAnyInRange(1u, second);
            if (next < 0)
            {
                end = limit;
                break;
            }

            due[count++] = end + next;
            end += next + 1;
        }

        return count;
    }

    private bool RemoveIfDead(TableShard shard, int index, Record record, long now)
    {
        var deadline = record.Deadline;
        if (now < deadline)
        {
            shard.SetDeadline(index, DeadlineSecond(deadline));
            return false;
        }

        // A read that slides the entry at this very moment has lost: it judged before this removal, as if it had come earlier.
        if (!record.TryMoveDeadline(deadline, deadline))
        {
            return false;
        }

        CountChange(record.Bytes, null);
        shard.Remove(index);
        return true;
    }

    /// <summary>How far a sweep has come.</summary>
    internal readonly record struct SweepPosition(int Shard, int Slot)
    {
        public bool IsAtEnd => Shard == ShardCount;

        public SweepPosition NextShard() => new(Shard + 1, 0);
    }
}
