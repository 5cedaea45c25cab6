using SnapshotKv.Format;

namespace SnapshotKv.Keyspace;

/// <content>Finding the dead: a walk over the shards' contiguous arrays of deadlines, one shard at a time.</content>
internal sealed partial class RecordTable
{
    private const long NanosecondsPerSecond = 1_000_000_000;

    /// <summary>How many slots a sweep looks at before it lets waiting writers in: some microseconds.</summary>
    private const int SweptAtOnce = 16 * 1024;

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

        var second = DeadlineSecond(Math.Max(now, 1));
        var end = Math.Min(deadlines.Length, position.Slot + SweptAtOnce);
        var count = 0;
        var i = position.Slot;
        for (; i < end && count < removed.Length; i++)
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

        // A shard that grows between two parts is swept from some other place on; what is missed is found the next time.
        position = i < deadlines.Length ? position with { Slot = i } : position.NextShard();
        return count;
    }

    /// <summary>How far a sweep has come.</summary>
    internal readonly record struct SweepPosition(int Shard, int Slot)
    {
        public bool IsAtEnd => Shard == ShardCount;

        public SweepPosition NextShard() => new(Shard + 1, 0);
    }
}
