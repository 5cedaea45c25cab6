using SnapshotKv.Format;

namespace SnapshotKv.Keyspace;

/// <content>All records of one instant.</content>
internal sealed partial class RecordTable
{
    /// <summary>All slots, used or not.</summary>
    public int SlotCount => Volatile.Read(ref _root).Shards.Sum(static shard => shard.Capacity);

    /// <summary>The length of the array that a capture needs at this moment.</summary>
    public int CaptureRoom => TableCapture.RoomFor(Count, SlotCount);

    /// <summary>Gate: begins to capture this instant, which takes no longer for a million entries than for one. The capture before must have ended.</summary>
    /// <param name="room">Of at least <see cref="CaptureRoom"/>, as it is in the gate.</param>
    /// <exception cref="KvStoreException">A commit of several keys has failed half-way, for want of memory; its slots hold no records.</exception>
    public TableCapture BeginCapture(Record[] room) => _isApplying
        ? throw new KvStoreException("A commit failed while it was carried out, so that what is in memory is not known any more. The journal has it: open the store again.")
        : new(_root.Shards, _count, room);

    /// <summary>Gate, or of a table that nobody changes: all records, dead ones too.</summary>
    public IEnumerable<Record> EnumerateRecords()
    {
        foreach (var shard in _root.Shards)
        {
            foreach (var slot in shard.Slots)
            {
                if (slot.Value is byte[] bytes)
                {
                    yield return new(bytes);
                }
            }
        }
    }
}
