using SnapshotKv.Format;

namespace SnapshotKv.Keyspace;

/// <summary>How far a capture has come with one shard, and what the slots ahead of it held that were changed since its beginning.</summary>
/// <remarks>Members marked "gate" are for whoever holds the commit gate, all others for whoever captures.</remarks>
internal sealed class ShardCapture(TableCapture capture, TableShard shard)
{
    /// <summary>Small enough that the copy of a block stays in the nearest cache, large enough that the gate is taken some thousand times for a million entries.</summary>
    public const int BlockSize = PreservedSlots.BlockSize;

    private readonly PreservedSlots?[] _preserved = new PreservedSlots?[((shard.Capacity - 1) >> PreservedSlots.BlockBits) + 1];
    private ushort[]?[]? _expired;
    private ShardCapture? _next;

    public int BlockCount => _preserved.Length;

    /// <summary>Gate: from here on what a slot holds is kept before it is changed.</summary>
    public void Begin()
    {
        _next = shard.Capture;
        shard.Capture = this;
    }

    /// <summary>Gate: whether a capture, by this or another of the shard's, is told of changes.</summary>
    public bool Has(TableCapture which) => capture == which || _next?.Has(which) == true;

    /// <summary>Gate: a slot is about to be changed, which each capture of the shard is told of.</summary>
    /// <param name="slot">The slot.</param>
    /// <param name="record">What it holds.</param>
    public void Preserve(int slot, Record record)
    {
        for (var each = this; each is not null; each = each._next)
        {
            ref var block = ref each._preserved[slot >> PreservedSlots.BlockBits];
            if (block != PreservedSlots.Taken)
            {
                (block ??= new()).Add(slot & (BlockSize - 1), record);
            }
        }
    }

    /// <summary>Gate: finds the slots of a block whose entries were there at the beginning and are dead at an instant.</summary>
    /// <param name="block">The block.</param>
    /// <param name="now">The instant, in Unix nanoseconds.</param>
    /// <param name="found">Takes them.</param>
    public void FindExpired(int block, long now, List<ushort> found)
    {
        if (shard.Deadlines is not { } deadlines)
        {
            // There were none at the beginning either: the array stays where it is once it is there.
            return;
        }

        var preserved = _preserved[block];
        preserved?.AddExpired(found, now);
        var start = block << PreservedSlots.BlockBits;
        var second = RecordTable.DeadlineSecond(Math.Max(now, 1));
        var end = Math.Min(start + BlockSize, deadlines.Length);
        for (var at = start; at < end; at++)
        {
            // What was to live longer when it was written does so now: slides only raise deadlines.
            var due = deadlines.AsSpan(at, end - at).IndexOfAnyInRange(1u, second);
            if (due < 0)
            {
                break;
            }

            at += due;
            var slot = at - start;
            if (preserved?.Contains(slot) != true && TableCapture.Unchecked(shard.Slots[at]) is { IsNull: false } record && record.IsExpiredAt(now))
            {
                found.Add((ushort)slot);
            }
        }

    }

    /// <summary>Leaves slots of a block out that <see cref="FindExpired"/> found.</summary>
    public void LeaveOut(int block, List<ushort> slots) => (_expired ??= new ushort[]?[BlockCount])[block] = [.. slots];

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
            _preserved[block] = PreservedSlots.Taken;
            if (block == BlockCount - 1)
            {
                End();
            }
        }

        // Whatever the copy has of a slot that was changed meanwhile, what it held is among these: the writer keeps it before, and was in the gate.
        preserved?.Restore(target);
        foreach (var slot in _expired?[block] ?? [])
        {
            target[slot] = default;
        }

        return MoveTogether(target);
    }

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
}
