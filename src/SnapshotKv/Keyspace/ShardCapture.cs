using SnapshotKv.Format;

namespace SnapshotKv.Keyspace;

/// <summary>How far a capture has come with one shard, and what the slots ahead of it held that were changed since its beginning.</summary>
/// <remarks>Members marked "gate" are for whoever holds the commit gate, all others for whoever captures.</remarks>
internal sealed class ShardCapture(TableCapture capture, TableShard shard)
{
    /// <summary>Small enough that the copy of a block stays in the nearest cache, large enough that the gate is taken some thousand times for a million entries.</summary>
    public const int BlockSize = PreservedSlots.BlockSize;

    private readonly PreservedSlots?[] _preserved = new PreservedSlots?[((shard.Capacity - 1) >> PreservedSlots.BlockBits) + 1];

    /// <summary>Asked for here, where nothing is lost when it cannot be made.</summary>
    private readonly PreservedSlots _taken = PreservedSlots.Taken;
    private ushort[]?[]? _leftOut;
    private ShardCapture? _next;

    public int BlockCount => _preserved.Length;

    /// <summary>Whether any entry may expire that was there at the beginning. Once the shard has its array of deadlines it keeps it.</summary>
    public bool HasDeadlines => shard.Deadlines is not null;

    /// <summary>Gate: how many captures of the shard are told of changes, this one and those behind it.</summary>
    public int ChainLength => 1 + (_next?.ChainLength ?? 0);

    /// <summary>Gate: from here on what a slot holds is kept before it is changed.</summary>
    public void Begin()
    {
        _next = shard.Capture;
        shard.Capture = this;
    }

    /// <summary>Gate: a slot is about to be changed, which each capture of the shard is told of. Never throws: the change is in the journal by then.</summary>
    /// <param name="slot">The slot.</param>
    /// <param name="record">What it holds.</param>
    public void Preserve(int slot, Record record)
    {
        for (var each = this; each is not null; each = each._next)
        {
            each.PreserveOwn(slot, record);
        }
    }

    /// <summary>Gate: finds those entries of a block that were there at the beginning and whose deadlines are due, as far as that can be told without a look at them.</summary>
    /// <param name="block">The block.</param>
    /// <param name="now">The instant, in Unix nanoseconds.</param>
    /// <param name="due">Takes them, with their slots.</param>
    public void FindDue(int block, long now, List<(ushort Slot, Record Record)> due)
    {
        // What is kept has no second any more: all of it is to be looked at.
        var preserved = _preserved[block];
        preserved?.AddTo(due);
        var start = block << PreservedSlots.BlockBits;
        var deadlines = shard.Deadlines.AsSpan(start, Math.Min(BlockSize, shard.Capacity - start));
        var second = RecordTable.DeadlineSecond(Math.Max(now, 1));
        for (var slot = 0; slot < deadlines.Length; slot++)
        {
            // What was to live longer when it was written does so now: slides only raise deadlines.
            var next = deadlines[slot..].IndexOfAnyInRange(1u, second);
            if (next < 0)
            {
                return;
            }

            slot += next;
            if (preserved?.Contains(slot) != true)
            {
                due.Add(((ushort)slot, TableCapture.Unchecked(shard.Slots[start + slot])));
            }
        }
    }

    /// <summary>Leaves slots of a block out.</summary>
    public void LeaveOut(int block, ushort[] slots) => (_leftOut ??= new ushort[]?[BlockCount])[block] = slots;

    /// <summary>Takes the records of a block as they were at the beginning, without those that are left out.</summary>
    /// <param name="block">The block; each once, and the last one last.</param>
    /// <param name="target">Takes them: as long as a block.</param>
    /// <param name="gate">The commit gate, taken for an instant.</param>
    /// <returns>How many there are.</returns>
    public int TakeBlock(int block, Span<Record> target, Lock gate)
    {
        var start = block << PreservedSlots.BlockBits;
        var slots = shard.Slots.AsSpan(start, Math.Min(BlockSize, shard.Capacity - start));
        target = target[..slots.Length];
        TableCapture.Unchecked(slots).CopyTo(target);
        PreservedSlots? preserved;
        lock (gate)
        {
            preserved = _preserved[block];
            _preserved[block] = _taken;
            if (block == BlockCount - 1)
            {
                End();
            }
        }

        // Whatever the copy has of a slot that was changed meanwhile, what it held is among these: the writer keeps it before, and was in the gate. Or the capture is given up, and nobody may look at the copy.
        preserved?.Restore(target);
        foreach (var slot in _leftOut?[block] ?? [])
        {
            target[slot] = default;
        }

        return MoveTogether(target);
    }

    /// <summary>Gate: lets go of what was kept, since the capture is given up.</summary>
    public void Forget() => Array.Clear(_preserved);

    /// <summary>Gate: nothing is kept any more. It makes no difference to call it again.</summary>
    public void End()
    {
        if (shard.Capture == this)
        {
            shard.Capture = _next;
            return;
        }

        for (var other = shard.Capture; other is not null; other = other._next)
        {
            if (other._next == this)
            {
                other._next = _next;
                return;
            }
        }
    }

    private static int MoveTogether(Span<Record> records)
    {
        var count = 0;
        foreach (var record in records)
        {
            if (!record.IsNull)
            {
                records[count++] = record;
            }
        }

        return count;
    }

    private void PreserveOwn(int slot, Record record)
    {
        ref var block = ref _preserved[slot >> PreservedSlots.BlockBits];
        if (block == _taken || capture.IsGivenUp)
        {
            return;
        }

        try
        {
            (block ??= new()).Add(slot & (BlockSize - 1), record);
        }
        catch (OutOfMemoryException)
        {
            capture.GiveUp();
        }
    }
}
