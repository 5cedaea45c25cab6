using SnapshotKv.Format;

namespace SnapshotKv.Keyspace;

/// <content>All records of one instant.</content>
internal sealed partial class RecordTable
{
    /// <summary>Gate: how many captures keep something of what is changed here; for tests.</summary>
    internal int CaptureCount => _root.Shards.Max(static shard => shard.Capture?.ChainLength ?? 0);

    /// <summary>All slots, used or not; for tests.</summary>
    internal int SlotCount => _root.Shards.Sum(static shard => shard.Capacity);

    /// <summary>Gate: begins to capture this instant, which takes no longer for a million entries than for one. <see cref="TableCapture.End"/> must follow.</summary>
    /// <exception cref="KvStoreException">A commit of several keys has failed half-way, for want of memory; its slots hold no records.</exception>
    public TableCapture BeginCapture() => _isApplying
        ? throw new KvStoreException("A commit failed while it was carried out, so that what is in memory is not known any more. The journal has it: open the store again.")
        : new(_root.Shards);

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
