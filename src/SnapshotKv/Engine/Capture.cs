using SnapshotKv.Format;
using SnapshotKv.Keyspace;

namespace SnapshotKv.Engine;

/// <summary>All entries of one instant between two commits. The records are immutable, so nothing else needs to be held.</summary>
/// <param name="Sequence">The last commit that is in it.</param>
/// <param name="Slots">The table's slots, used or not.</param>
/// <param name="SlotCount">How many of the slots count.</param>
/// <param name="EntryCount">How many of them hold a record.</param>
/// <param name="HasDeadlines">Whether any of the records expires.</param>
internal sealed record Capture(ulong Sequence, TableShard.Slot[] Slots, int SlotCount, int EntryCount, bool HasDeadlines)
{
    /// <summary>The records that are alive at an instant in Unix nanoseconds.</summary>
    public ReadOnlyMemory<Record> LiveRecords(long now)
    {
        var records = AllRecords();
        if (!HasDeadlines)
        {
            return records;
        }

        var live = 0;
        for (var i = 0; i < records.Length; i++)
        {
            RecordPrefetch.Ahead(records, i);
            if (!records[i].IsExpiredAt(now))
            {
                records[live++] = records[i];
            }
        }

        return records.AsMemory(0, live);
    }

    /// <summary>All records, dead ones too, without touching any.</summary>
    public Record[] AllRecords()
    {
        var records = new Record[EntryCount];
        var count = 0;
        foreach (ref readonly var slot in Slots.AsSpan(0, SlotCount))
        {
            // Between two commits a slot holds nothing but records.
            if (slot.Value is not null)
            {
                records[count++] = new((byte[])slot.Value);
            }
        }

        return records;
    }
}
