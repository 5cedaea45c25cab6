namespace SnapshotKv.Keyspace;

/// <content>Copying the table's references, which is all that a checkpoint holds the gate for.</content>
internal sealed partial class RecordTable
{
    /// <summary>The slots that a capture must have room for at this moment.</summary>
    public int SlotCount
    {
        get
        {
            var total = 0;
            foreach (var shard in Volatile.Read(ref _root).Shards)
            {
                total += shard.Capacity;
            }

            return total;
        }
    }

    /// <summary>Gate: copies all slots, used or not.</summary>
    /// <param name="target">Room for at least <see cref="SlotCount"/> slots.</param>
    /// <returns>How many slots were copied.</returns>
    public int CopySlots(TableShard.Slot[] target)
    {
        var offset = 0;
        foreach (var shard in _root.Shards)
        {
            if (shard.Count > 0)
            {
                Array.Copy(shard.Slots, 0, target, offset, shard.Capacity);
                offset += shard.Capacity;
            }
        }

        return offset;
    }
}
