using System.Numerics;

namespace SnapshotKv.Keyspace;

/// <summary>
/// One of a table's shards: open addressing over parallel arrays. Only the writer who holds the gate changes it; readers walk it at any time.
/// </summary>
/// <remarks>
/// A slot is empty while its tag is 0. A removed entry leaves its tag with a null value, so that probes pass over it; the next entry that comes
/// by takes the place. Probing is triangular (1, 3, 6, …), which visits every slot of a power of two and does not build long runs.
/// </remarks>
internal sealed class TableShard
{
    private const int SmallestCapacity = 8;

    private readonly int _limit;
    private uint[]? _deadlines;

    public TableShard(int capacity)
    {
        Tags = new uint[capacity];
        Slots = new Slot[capacity];
        Mask = (nuint)capacity - 1;

        // Three quarters: few probes, and a miss ends soon.
        _limit = capacity < SmallestCapacity ? 0 : capacity / 4 * 3;
    }

    /// <summary>The low 32 bits of each entry's hash, never 0 where there is or was an entry. Growing needs nothing else, so it touches no record.</summary>
    public uint[] Tags { get; }

    /// <summary>The records, each beside its tag.</summary>
    public Slot[] Slots { get; }

    /// <summary>One less than the capacity, which is a power of two. Beside the arrays' references, so that a lookup need not touch the arrays' heads.</summary>
    public nuint Mask { get; }

    public int Capacity => Tags.Length;

    /// <summary>Is told before a slot is changed, and tells others who capture the shard; null while nobody does.</summary>
    public ShardCapture? Capture { get; set; }

    /// <summary>The slots with a record.</summary>
    public int Count { get; private set; }

    /// <summary>The slots whose tag is set, with a record or without.</summary>
    public int Used { get; private set; }

    /// <summary>
    /// For each slot the second, since 1970, in which the entry's deadline lay when it was written, at least 1; 0 for none. Null while no entry here
    /// expires. Kept apart from the records, so that a sweep reads a few contiguous kilobytes; slides do not touch it, and the sweeper moves
    /// it on when it finds that the record's own deadline has moved.
    /// </summary>
    public uint[]? Deadlines => _deadlines;

    /// <summary>Makes a shard that takes a number of entries without growing.</summary>
    public static TableShard WithRoomFor(int count) =>
        new(Math.Max(SmallestCapacity, (int)BitOperations.RoundUpToPowerOf2((uint)(count + (count / 3) + 1))));

    public bool HasRoomFor(int more) => Used + more <= _limit;

    /// <summary>The slot with this tag whose record the caller accepts comes first; then a removed entry's; then an empty one.</summary>
    /// <param name="tag">The tag.</param>
    /// <param name="key">The key.</param>
    /// <param name="probes">How many slots were looked at.</param>
    /// <returns>The slot's index, or the complement of the index where the key can be put.</returns>
    public int Locate(uint tag, ReadOnlySpan<byte> key, out int probes)
    {
        var mask = Capacity - 1;
        var index = (int)tag & mask;
        var free = -1;
        for (probes = 1; probes <= Capacity; probes++)
        {
            var found = Tags[index];
            if (found == 0)
            {
                return ~(free >= 0 ? free : index);
            }

            if (Slots[index].Value is not { } value)
            {
                free = free >= 0 ? free : index;
            }
            else if (found == tag && RecordTable.IsKey(value, key))
            {
                return index;
            }

            index = (index + probes) & mask;
        }

        // Every slot is used, which HasRoomFor rules out for a put; a search may meet the shard that stands for "nothing yet".
        return ~Math.Max(free, 0);
    }

    /// <summary>The empty slot where the probing for a tag ends. The shard has room, and nothing was removed from it.</summary>
    /// <param name="tag">The tag.</param>
    /// <param name="passedEqual">Whether the same tag was met on the way, so that its key may be there already.</param>
    /// <param name="probes">How many slots were looked at.</param>
    public int FindEmpty(uint tag, out bool passedEqual, out int probes)
    {
        passedEqual = false;
        var index = tag & Mask;
        for (probes = 1; Tags[index] != 0; probes++)
        {
            passedEqual |= Tags[index] == tag;
            index = (index + (nuint)probes) & Mask;
        }

        return (int)index;
    }

    /// <summary>Puts a record or a pending change into a slot that <see cref="Locate"/> found.</summary>
    /// <param name="location">What <see cref="Locate"/> returned.</param>
    /// <param name="tag">The tag.</param>
    /// <param name="value">The value.</param>
    /// <param name="deadlineSecond">The second of the deadline, 0 for none.</param>
    public void Put(int location, uint tag, object value, uint deadlineSecond)
    {
        var index = location < 0 ? ~location : location;
        Capture?.Preserve(index, TableCapture.Unchecked(Slots[index]));
        if (location < 0)
        {
            Count++;
            if (Tags[index] == 0)
            {
                Used++;
            }

            // Value before tag: whoever sees the tag of a fresh slot finds the record. The store of a reference is a release.
            Slots[index].Value = value;
            Volatile.Write(ref Tags[index], tag);
        }
        else
        {
            Volatile.Write(ref Slots[index].Value, value);
        }

        SetDeadline(index, deadlineSecond);
    }

    public void SetDeadline(int index, uint second)
    {
        if (second != 0)
        {
            _deadlines ??= new uint[Capacity];
            _deadlines[index] = second;
        }
        else if (_deadlines is not null)
        {
            _deadlines[index] = 0;
        }
    }

    public void Remove(int index)
    {
        Capture?.Preserve(index, TableCapture.Unchecked(Slots[index]));
        Volatile.Write(ref Slots[index].Value, null);
        SetDeadline(index, 0);
        Count--;
    }

    /// <summary>A copy with room for more entries, without the places of removed ones.</summary>
    public TableShard Grow(int more)
    {
        var grown = WithRoomFor(Math.Max(Count + more, (Count * 3 / 2) + 1));
        var mask = grown.Capacity - 1;
        for (var i = 0; i < Tags.Length; i++)
        {
            if (Slots[i].Value is not { } value)
            {
                continue;
            }

            var index = (int)Tags[i] & mask;
            for (var step = 1; grown.Tags[index] != 0; step++)
            {
                index = (index + step) & mask;
            }

            grown.Tags[index] = Tags[i];
            grown.Slots[index].Value = value;
            grown.SetDeadline(index, _deadlines?[i] ?? 0);
            grown.Count++;
            grown.Used++;
        }

        return grown;
    }

    /// <summary>A reference to a record, a pending change, or null. A struct, since storing into an array of object would check the type each time.</summary>
    internal struct Slot
    {
        public object? Value;
    }
}
