using System.Runtime.CompilerServices;
using SnapshotKv.Format;

namespace SnapshotKv.Keyspace;

/// <summary>What the changed slots of one block of a shard held when a capture began.</summary>
/// <remarks>Not thread-safe: the writer fills it in the gate, and the capture reads it when it has taken it from there.</remarks>
internal sealed class PreservedSlots
{
    /// <summary>As many slots as one of these is for.</summary>
    public const int BlockSize = 1 << BlockBits;

    public const int BlockBits = 10;

    private const int FirstLength = 8;

    /// <summary>Stands for a block that the capture has taken: changes of its slots concern it no more.</summary>
    public static readonly PreservedSlots Taken = new();

    private Bits _isChanged;
    private ushort[] _slots = [];
    private Record[] _records = [];
    private int _count;

    /// <summary>Keeps what a slot holds, if it was not changed before.</summary>
    /// <param name="slot">The slot's index in the block.</param>
    /// <param name="record">What it holds, which may be nothing.</param>
    public void Add(int slot, Record record)
    {
        ref var bits = ref _isChanged[slot / 64];
        var bit = 1UL << (slot % 64);
        if ((bits & bit) != 0)
        {
            return;
        }

        if (_count == _slots.Length)
        {
            Grow();
        }

        (_slots[_count], _records[_count]) = ((ushort)slot, record);
        _count++;
        bits |= bit;
    }

    /// <summary>Whether a slot was changed.</summary>
    public bool Contains(int slot) => (_isChanged[slot / 64] & (1UL << (slot % 64))) != 0;

    /// <summary>Adds the changed slots that held an entry, and the entries.</summary>
    public void AddTo(List<(ushort Slot, Record Record)> entries)
    {
        for (var i = 0; i < _count; i++)
        {
            if (!_records[i].IsNull)
            {
                entries.Add((_slots[i], _records[i]));
            }
        }
    }

    /// <summary>Puts what the changed slots held into a copy of the block.</summary>
    public void Restore(Span<Record> block)
    {
        for (var i = 0; i < _count; i++)
        {
            block[_slots[i]] = _records[i];
        }
    }

    private void Grow()
    {
        // The one that tells whether there is room is last.
        var length = Math.Max(FirstLength, _count * 2);
        Array.Resize(ref _records, length);
        Array.Resize(ref _slots, length);
    }

    [InlineArray(BlockSize / 64)]
    private struct Bits
    {
        private ulong _first;
    }
}
