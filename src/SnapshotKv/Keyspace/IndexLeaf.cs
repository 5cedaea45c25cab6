namespace SnapshotKv.Keyspace;

/// <summary>A leaf of the index: keys in order, each with its head inline.</summary>
internal sealed class IndexLeaf : IndexNode
{
    public const int Capacity = 128;

    public readonly ulong[] Heads = new ulong[Capacity];
    public readonly byte[][] Keys = new byte[Capacity][];
    public readonly bool[] MayExpire = new bool[Capacity];

    /// <summary>The leaf to the right.</summary>
    public IndexLeaf? Next { get; set; }

    /// <summary>The first position whose key is not below the given one.</summary>
    public int LowerBound(ulong head, ReadOnlySpan<byte> key)
    {
        int low = 0, high = Count;
        while (low < high)
        {
            var middle = (low + high) >>> 1;
            if (KeyOrder.Compare(Heads[middle], Keys[middle], head, key) < 0)
            {
                low = middle + 1;
            }
            else
            {
                high = middle;
            }
        }

        return low;
    }

    public bool IsAt(int position, ulong head, ReadOnlySpan<byte> key) =>
        position < Count && Heads[position] == head && Keys[position].AsSpan().SequenceEqual(key);

    public void InsertAt(int position, ulong head, byte[] key, bool mayExpire)
    {
        Array.Copy(Heads, position, Heads, position + 1, Count - position);
        Array.Copy(Keys, position, Keys, position + 1, Count - position);
        Array.Copy(MayExpire, position, MayExpire, position + 1, Count - position);
        Heads[position] = head;
        Keys[position] = key;
        MayExpire[position] = mayExpire;
        Count++;
    }

    public void RemoveAt(int position)
    {
        Count--;
        Array.Copy(Heads, position + 1, Heads, position, Count - position);
        Array.Copy(Keys, position + 1, Keys, position, Count - position);
        Array.Copy(MayExpire, position + 1, MayExpire, position, Count - position);
        Keys[Count] = null!;
    }

    /// <summary>Moves the keys from a position on into a new leaf to the right.</summary>
    public IndexLeaf SplitAt(int position)
    {
        var right = new IndexLeaf { Count = Count - position, Next = Next };
        Array.Copy(Heads, position, right.Heads, 0, right.Count);
        Array.Copy(Keys, position, right.Keys, 0, right.Count);
        Array.Copy(MayExpire, position, right.MayExpire, 0, right.Count);
        Array.Clear(Keys, position, right.Count);
        Count = position;
        Next = right;
        return right;
    }
}
