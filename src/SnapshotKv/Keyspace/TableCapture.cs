using System.Diagnostics;
using System.Runtime.CompilerServices;
using SnapshotKv.Format;

namespace SnapshotKv.Keyspace;

/// <summary>
/// Gathers all records of a table as they are at one instant, while the writer goes on: the table is divided into blocks, and before the writer changes anything in a block for the first time
/// he puts the block's records by. So a capture costs him nothing at its beginning, and a few microseconds for each block that he is the first to come to.
/// </summary>
/// <remarks>
/// <para>Whoever captures copies a block without the gate, and looks in the gate whether the writer was there meanwhile. If he was, the copy may have what is newer, and
/// is dropped, for the writer has put by what was there; if not, nothing in the block was changed since the beginning. Both fill the same array, one from each end.</para>
/// <para>A table that is cleared, exchanged or given another hash goes on with new shards, and so does a shard that grows: the old ones stay here as they were.</para>
/// <para>Not thread-safe but for that: one thread captures; members marked "gate" are for whoever holds the commit gate. One capture of a table at a time.</para>
/// </remarks>
internal sealed class TableCapture
{
    private readonly Record[] _room;
    private readonly int _expected;
    private readonly List<ShardCapture> _shards;
    private int _shard;
    private int _block;
    private int _front;
    private int _back;

    /// <summary>Gate: begins at this instant.</summary>
    /// <param name="shards">The table's shards.</param>
    /// <param name="count">How many records they have.</param>
    /// <param name="room">Takes them: of at least <see cref="RoomFor"/>.</param>
    public TableCapture(IEnumerable<TableShard> shards, int count, Record[] room)
    {
        _room = room;
        _expected = count;
        _back = room.Length;
        _shards = [.. shards.Where(static shard => shard.Count > 0).Select(shard => new ShardCapture(this, shard))];

        // All are made before the first is begun: nothing fails half-way.
        _shards.ForEach(static shard => shard.Begin());
    }

    /// <summary>The largest array that a capture needs: a block may be in it twice for a moment.</summary>
    /// <param name="count">How many records a table has.</param>
    /// <param name="slots">How many slots.</param>
    public static int RoomFor(int count, int slots) => count + Math.Min(ShardCapture.BlockSize, slots);

    /// <summary>Gathers the next block; takes the gate for an instant.</summary>
    /// <param name="gate">The commit gate.</param>
    /// <returns>Whether there was one.</returns>
    public bool GatherBlock(Lock gate)
    {
        while (_shard < _shards.Count && _block == _shards[_shard].BlockCount)
        {
            _shard++;
            _block = 0;
        }

        if (_shard == _shards.Count)
        {
            return false;
        }

        Gather(_shards[_shard], _block++, gate);
        return true;
    }

    private void Gather(ShardCapture shard, int block, Lock gate)
    {
        if (shard.IsTaken(block))
        {
            return;
        }

        var count = shard.CopyBlock(block, _room.AsSpan(_front));
        lock (gate)
        {
            _front += shard.TryClaim(block) ? count : 0;
        }
    }

    /// <summary>Gate: nothing is put by any more. To be called however it ends.</summary>
    public void End() => _shards.ForEach(static shard => shard.End());

    /// <summary>After the end: the records, in no order.</summary>
    public ArraySegment<Record> ToRecords()
    {
        var preserved = _room.Length - _back;
        Debug.Assert(_front + preserved == _expected, "each record that was there at the beginning is gathered once");
        Array.Copy(_room, _back, _room, _front, preserved);
        return new(_room, 0, _front + preserved);
    }

    /// <summary>Gate: puts the records of a block by that is about to be changed.</summary>
    public void Preserve(ReadOnlySpan<TableShard.Slot> block)
    {
        foreach (ref readonly var slot in block)
        {
            if (slot.Value is not null)
            {
                _room[--_back] = Unchecked(slot);
            }
        }
    }

    /// <summary>
    /// What a slot holds, as a record, without a look at it: asked for its type each of a million objects would have to come from memory, and the capture takes many times as long. Between two
    /// commits slots hold nothing but records; beside the writer one may hold the change of a commit on its way, but then its block was put by, and the copy is dropped unseen.
    /// </summary>
    public static Record Unchecked(in TableShard.Slot slot) => new(Unsafe.As<byte[]>(slot.Value));
}
