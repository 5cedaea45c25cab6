using SnapshotKv.Format;

namespace SnapshotKv.Keyspace;

/// <summary>Which blocks of a shard a capture has, of those it had at its beginning.</summary>
/// <remarks>Members marked "gate" are for whoever holds the commit gate.</remarks>
internal sealed class ShardCapture(TableCapture capture, TableShard shard)
{
    /// <summary>Small enough that a writer who must put a block by first waits a few microseconds, large enough that the gate is taken some thousand times for a million entries.</summary>
    public const int BlockSize = 1 << BlockBits;

    private const int BlockBits = 10;

    private readonly bool[] _isTaken = new bool[((shard.Capacity - 1) >> BlockBits) + 1];

    public int BlockCount => _isTaken.Length;

    /// <summary>Gate: from here on the records of a block are put by before anything in it is changed.</summary>
    public void Begin() => shard.Capture = this;

    /// <summary>Whether a writer has put a block by. Without the gate it may say no a moment longer; yes is for good.</summary>
    public bool IsTaken(int block) => _isTaken[block];

    /// <summary>Copies the records of a block as they are right now, which counts only if <see cref="TryClaim"/> says so.</summary>
    /// <returns>How many there were.</returns>
    public int CopyBlock(int block, Span<Record> target)
    {
        var count = 0;
        foreach (ref readonly var slot in Block(block))
        {
            if (slot.Value is not null)
            {
                target[count++] = TableCapture.Unchecked(slot);
            }
        }

        return count;
    }

    /// <summary>Gate: whether nothing in a block was changed since the beginning, so that a copy made before this is what was there then. Changes from here on are not put by.</summary>
    public bool TryClaim(int block)
    {
        var isFree = !_isTaken[block];
        _isTaken[block] = true;
        return isFree;
    }

    /// <summary>Gate: a slot is about to be changed.</summary>
    public void Preserve(int slot)
    {
        var block = slot >> BlockBits;
        if (TryClaim(block))
        {
            capture.Preserve(Block(block));
        }
    }

    /// <summary>Gate: the capture needs nothing more.</summary>
    public void End() => shard.Capture = null;

    private ReadOnlySpan<TableShard.Slot> Block(int block)
    {
        var start = block << BlockBits;
        return shard.Slots.AsSpan(start, Math.Min(BlockSize, shard.Capacity - start));
    }
}
