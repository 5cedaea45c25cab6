using SnapshotKv.Format;
using SnapshotKv.Keyspace;

namespace SnapshotKv.Engine;

/// <summary>All entries of one instant between two commits. The records are immutable, so nothing else needs to be held.</summary>
/// <param name="Sequence">The last commit that is in it.</param>
/// <param name="Slots">The table's slots, used or not.</param>
/// <param name="SlotCount">How many of the slots count.</param>
internal sealed record Capture(ulong Sequence, TableShard.Slot[] Slots, int SlotCount)
{
    /// <summary>The records that are alive at an instant in Unix nanoseconds.</summary>
    public Record[] LiveRecords(long now)
    {
        var records = new List<Record>(SlotCount / 2);
        foreach (ref var slot in Slots.AsSpan(0, SlotCount))
        {
            if (slot.Value is not null)
            {
                var record = new Record((byte[])slot.Value);
                if (!record.IsExpiredAt(now))
                {
                    records.Add(record);
                }
            }
        }

        return [.. records];
    }
}
