using SnapshotKv.Format;

namespace SnapshotKv.Keyspace;

/// <content>Finding the dead: a walk over the shards' contiguous arrays of deadlines, one shard at a time.</content>
internal sealed partial class RecordTable
{
    private const long NanosecondsPerSecond = 1_000_000_000;

    /// <summary>The shards, numbered from 0, which a sweep visits one by one.</summary>
    public static int SweepSlices => ShardCount;

    /// <summary>Gate: removes dead entries of one shard.</summary>
    /// <param name="slice">The shard's number.</param>
    /// <param name="now">The instant in Unix nanoseconds.</param>
    /// <param name="removed">Takes the records that were removed; the walk stops when it is full.</param>
    /// <returns>How many were removed; when the span is full there may be more.</returns>
    public int RemoveExpired(int slice, long now, Span<Record> removed)
    {
        var shard = _root.Shards[slice];
        if (shard.Deadlines is not { } deadlines)
        {
            return 0;
        }

        var second = DeadlineSecond(Math.Max(now, 1));
        var count = 0;
        for (var i = 0; i < deadlines.Length && count < removed.Length; i++)
        {
            // 0 is none: less 1 it is the largest number.
            if (deadlines[i] - 1 >= second)
            {
                continue;
            }

            var record = new Record((byte[]?)shard.Slots[i].Value);
            var deadline = record.Deadline;
            if (now < deadline)
            {
                shard.SetDeadline(i, DeadlineSecond(deadline));
            }
            else if (record.TryMoveDeadline(deadline, deadline))
            {
                // A read that slides the entry at this very moment has lost: it judged before this removal, as if it had come earlier.
                CountChange(record.Bytes, null);
                shard.Remove(i);
                removed[count++] = record;
            }
        }

        return count;
    }
}
