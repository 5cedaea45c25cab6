namespace SnapshotKv.Keyspace;

/// <summary>An inner node: children in order, and for each a key that none below it goes under (the first child's is not looked at).</summary>
internal sealed class IndexBranch : IndexNode
{
    public const int Capacity = 128;

    public readonly ulong[] Heads = new ulong[Capacity];
    public readonly byte[][] Keys = new byte[Capacity][];
    public readonly IndexNode[] Children = new IndexNode[Capacity];

    /// <summary>The child under which a key lies.</summary>
    public int ChildFor(ulong head, ReadOnlySpan<byte> key)
    {
        int low = 1, high = Count;
        while (low < high)
        {
            var middle = (low + high) >>> 1;
            if (KeyOrder.Compare(Heads[middle], Keys[middle], head, key) <= 0)
            {
                low = middle + 1;
            }
            else
            {
                high = middle;
            }
        }

        return low - 1;
    }

    public void InsertAt(int position, byte[] key, IndexNode child)
    {
        Array.Copy(Heads, position, Heads, position + 1, Count - position);
        Array.Copy(Keys, position, Keys, position + 1, Count - position);
        Array.Copy(Children, position, Children, position + 1, Count - position);
        Heads[position] = KeyOrder.Head(key);
        Keys[position] = key;
        Children[position] = child;
        Count++;
    }

    public void RemoveAt(int position)
    {
        Count--;
        Array.Copy(Heads, position + 1, Heads, position, Count - position);
        Array.Copy(Keys, position + 1, Keys, position, Count - position);
        Array.Copy(Children, position + 1, Children, position, Count - position);
        Keys[Count] = null!;
        Children[Count] = null!;
    }

    public IndexBranch SplitAt(int position)
    {
        var right = new IndexBranch { Count = Count - position };
        Array.Copy(Heads, position, right.Heads, 0, right.Count);
        Array.Copy(Keys, position, right.Keys, 0, right.Count);
        Array.Copy(Children, position, right.Children, 0, right.Count);
        Array.Clear(Keys, position, right.Count);
        Array.Clear(Children, position, right.Count);
        Count = position;
        return right;
    }
}
