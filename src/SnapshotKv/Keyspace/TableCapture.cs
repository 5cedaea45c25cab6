using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using SnapshotKv.Format;

namespace SnapshotKv.Keyspace;

/// <summary>
/// All records of a table as they are at one instant, handed over block by block while the writer goes on: before he changes a slot that the capture has not come to yet, he keeps what it held. So a capture costs him
/// nothing at its beginning and little afterwards, and needs no memory but for one block and what was changed ahead of it.
/// </summary>
/// <remarks>
/// <para>This is the incremental form of copy-on-write, by slots. Whoever captures copies a block without the gate, and asks in it what was changed in the block since the beginning: that has precedence over the copy, and from there on changes of the
/// block are not kept any more.</para>
/// <para>A table that is cleared, exchanged or given another hash goes on with new shards, and so does a shard that grows: the old ones stay here as they were.</para>
/// <para>Not thread-safe but for that: one thread captures; members marked "gate" are for whoever holds the commit gate. Any number of captures of a table may run, and each is a cost for the writer.</para>
/// </remarks>
internal sealed class TableCapture
{
    /// <summary>The shards that are not taken yet; changed in the gate. What is taken is let go of: a shard that was replaced meanwhile lives no longer for it.</summary>
    private readonly Queue<ShardCapture> _shards;
    private Record[] _records = [];
    private int _block;
    private bool _isGivenUp;

    /// <summary>Gate: begins at this instant.</summary>
    /// <param name="shards">The table's shards.</param>
    public TableCapture(IEnumerable<TableShard> shards)
    {
        _shards = new(shards.Where(static shard => shard.Count > 0).Select(shard =>
        {
            Count += shard.Count;
            return new ShardCapture(this, shard);
        }));

        // All are made before the first is begun: nothing fails half-way.
        foreach (var shard in _shards)
        {
            shard.Begin();
        }
    }

    /// <summary>How many records are handed over, altogether.</summary>
    public int Count { get; private set; }

    /// <summary>Whether a writer had no memory to keep what he changed, so that what was there at the beginning is not to be had any more.</summary>
    public bool IsGivenUp => Volatile.Read(ref _isGivenUp);

    /// <summary>Leaves the entries out that are dead at an instant. To be called before the first block is taken; takes the gate for about a microsecond for each block.</summary>
    /// <remarks>What is left out is settled here, for each slot: a slide that comes later makes no difference, so that <see cref="Count"/> is known beforehand.</remarks>
    /// <param name="now">The instant, in Unix nanoseconds, not before the capture's beginning.</param>
    /// <param name="gate">The commit gate.</param>
    /// <exception cref="KvStoreException">See <see cref="NextBlock"/>.</exception>
    public void LeaveOutExpired(long now, Lock gate)
    {
        Debug.Assert(_records.Length == 0, "nothing was handed over yet");
        var due = new List<(ushort Slot, Record Record)>();
        foreach (var shard in _shards)
        {
            for (var block = 0; shard.HasDeadlines && block < shard.BlockCount; block++)
            {
                lock (gate)
                {
                    ThrowIfGivenUp();
                    shard.FindDue(block, now, due);
                }

                if (due.Count == 0)
                {
                    continue;
                }

                // Not in the gate: they come from memory one by one. What is seen of each here is what counts.
                var dead = due.Where(entry => entry.Record.IsExpiredAt(now)).Select(static entry => entry.Slot).ToArray();
                due.Clear();
                if (dead.Length > 0)
                {
                    shard.LeaveOut(block, dead);
                    Count -= dead.Length;
                }
            }
        }
    }

    /// <summary>The next records, in no order, valid until the next call; none at the end. Takes the gate for an instant.</summary>
    /// <param name="gate">The commit gate.</param>
    /// <exception cref="KvStoreException">Memory ran out while a writer was to keep what he changed.</exception>
    public ReadOnlySpan<Record> NextBlock(Lock gate)
    {
        if (_records.Length == 0)
        {
            _records = new Record[ShardCapture.BlockSize];
        }

        while (_shards.TryPeek(out var shard))
        {
            var count = shard.TakeBlock(_block++, _records, gate);
            ThrowIfGivenUp();
            if (_block == shard.BlockCount)
            {
                lock (gate)
                {
                    _shards.Dequeue();
                }

                _block = 0;
            }

            if (count > 0)
            {
                return _records.AsSpan(0, count);
            }
        }

        return [];
    }

    /// <summary>Gate: there was no memory to keep what a slot held. What was kept is let go of: nobody can use it any more, and others need the memory.</summary>
    public void GiveUp()
    {
        Volatile.Write(ref _isGivenUp, true);
        foreach (var shard in _shards)
        {
            shard.Forget();
        }
    }

    /// <summary>Gate: nothing is kept any more. To be called however it ends.</summary>
    public void End()
    {
        foreach (var shard in _shards)
        {
            shard.End();
        }
    }

    /// <summary>
    /// What a slot holds, as a record, without a look at it: asked for its type each of a million objects would have to come from memory, and the capture takes many times as long. Between two
    /// commits slots hold nothing but records; beside the writer one may hold the change of a commit on its way, but then what it held before was kept, and takes its place unseen; or the capture was given up, and nothing of the block is handed over.
    /// </summary>
    public static Record Unchecked(in TableShard.Slot slot) => new(Unsafe.As<byte[]>(slot.Value));

    /// <inheritdoc cref="Unchecked(in TableShard.Slot)"/>
    /// <remarks>Both wrap one reference and nothing else, so that they can be copied all at once; each reference is copied as a whole.</remarks>
    public static ReadOnlySpan<Record> Unchecked(ReadOnlySpan<TableShard.Slot> slots) =>
        MemoryMarshal.CreateReadOnlySpan(ref Unsafe.As<TableShard.Slot, Record>(ref MemoryMarshal.GetReference(slots)), slots.Length);

    private void ThrowIfGivenUp()
    {
        if (IsGivenUp)
        {
            throw new KvStoreException(
                "What the store held at one instant could not be gone through: memory ran out while it was being changed. The changes are done, and nothing is lost. Make room in memory and try again.");
        }
    }
}
