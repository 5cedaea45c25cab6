namespace SnapshotKv.Keyspace;

/// <summary>
/// The keys in the order of their bytes, for everything that asks by prefix: a B+tree whose nodes are arrays with the keys' first eight bytes
/// inline. It holds keys, never records: overwriting an entry does not touch it and does not keep the old record alive.
/// </summary>
/// <remarks>
/// Thread-safe by one lock, held for one change or for reading one run of keys. Nodes are freed when they are empty and not merged before
/// (Johnson and Shasha, "B-trees with inserts and deletes: why free-at-empty is better than merge-at-half").
/// </remarks>
internal sealed class PrefixIndex
{
    /// <summary>How full nodes are made when built from sorted keys, so that the next inserts do not split each of them.</summary>
    private const int BuildFill = 112;

    /// <summary>Most prefixes have few keys; long runs come once a prefix turns out to have many.</summary>
    private const int FirstRun = 16;

    private const int LongestRun = 1024;

    private readonly Lock _lock = new();
    private IndexNode _root = new IndexLeaf();
    private volatile bool _isAbandoned;

    /// <summary>Builds an index from keys in order, none twice.</summary>
    public static PrefixIndex Build(ReadOnlySpan<IndexedKey> sorted)
    {
        var level = new List<(byte[] FirstKey, IndexNode Node)>((sorted.Length / BuildFill) + 1);
        IndexLeaf? previous = null;
        for (var start = 0; start < sorted.Length; start += BuildFill)
        {
            var leaf = new IndexLeaf();
            foreach (var (key, mayExpire) in sorted.Slice(start, Math.Min(BuildFill, sorted.Length - start)))
            {
                leaf.InsertAt(leaf.Count, KeyOrder.Head(key), key, mayExpire);
            }

            previous?.Next = leaf;
            previous = leaf;
            level.Add((leaf.Keys[0], leaf));
        }

        while (level.Count > 1)
        {
            var above = new List<(byte[] FirstKey, IndexNode Node)>((level.Count / BuildFill) + 1);
            foreach (var chunk in level.Chunk(BuildFill))
            {
                var branch = new IndexBranch();
                foreach (var (key, node) in chunk)
                {
                    branch.InsertAt(branch.Count, key, node);
                }

                above.Add((chunk[0].FirstKey, branch));
            }

            level = above;
        }

        var index = new PrefixIndex();
        if (level.Count == 1)
        {
            index._root = level[0].Node;
        }

        return index;
    }

    /// <summary>Adds a key, or notes that a key that is there may expire from now on.</summary>
    /// <param name="key">The key. The caller hands the array over.</param>
    /// <param name="mayExpire">Whether the entry has a deadline.</param>
    public void Add(byte[] key, bool mayExpire)
    {
        lock (_lock)
        {
            if (Insert(_root, KeyOrder.Head(key), key, mayExpire) is { } split)
            {
                var root = new IndexBranch();
                root.InsertAt(0, FirstKey(_root), _root);
                root.InsertAt(1, split.Key, split.Node);
                _root = root;
            }
        }
    }

    public void Remove(ReadOnlySpan<byte> key)
    {
        lock (_lock)
        {
            if (Remove(_root, KeyOrder.Head(key), key))
            {
                _root = new IndexLeaf();
            }

            while (_root is IndexBranch { Count: 1 } branch)
            {
                _root = branch.Children[0];
            }
        }
    }

    /// <summary>
    /// Whether it is kept no longer, since all entries have been replaced. An enumeration that is under way goes on over the keys as they were, so that it misses none that is there before and after; what it
    /// comes to need not be there any more.
    /// </summary>
    public bool IsAbandoned => _isAbandoned;

    /// <summary>Nobody tells it of changes from here on. Called before the entries are replaced, so that nobody takes a key for one that is there.</summary>
    public void Abandon() => _isAbandoned = true;

    /// <summary>Removes all keys; an enumeration that is under way ends.</summary>
    public void Clear()
    {
        lock (_lock)
        {
            _root = new IndexLeaf();
        }
    }

    /// <summary>Reads a run of keys in order.</summary>
    /// <param name="prefix">What the keys begin with.</param>
    /// <param name="after">The key to go on behind; null to begin with the first.</param>
    /// <param name="target">Takes the keys.</param>
    /// <returns>How many keys were read; fewer than the target holds only at the end.</returns>
    public int Read(ReadOnlySpan<byte> prefix, byte[]? after, Span<IndexedKey> target)
    {
        lock (_lock)
        {
            var from = after ?? prefix;
            var head = KeyOrder.Head(from);
            var leaf = FindLeaf(head, from);
            var position = leaf.LowerBound(head, from);
            if (after is not null && leaf.IsAt(position, head, after))
            {
                position++;
            }

            var count = 0;
            for (var next = leaf; next is not null; next = next.Next, position = 0)
            {
                // In order, so when the last key of a leaf has the prefix those before it have it too.
                var isAll = next.Count > 0 && next.Keys[next.Count - 1].AsSpan().StartsWith(prefix);
                for (; position < next.Count; position++)
                {
                    if (count == target.Length || (!isAll && !next.Keys[position].AsSpan().StartsWith(prefix)))
                    {
                        return count;
                    }

                    target[count++] = new(next.Keys[position], next.MayExpire[position]);
                }
            }

            return count;
        }
    }

    /// <summary>All keys that begin with a prefix, read run by run: the lock is not held while the caller has the turn.</summary>
    public IEnumerable<IndexedKey> Enumerate(byte[] prefix)
    {
        var run = new IndexedKey[FirstRun];
        byte[]? after = null;
        while (true)
        {
            var count = Read(prefix, after, run);
            for (var i = 0; i < count; i++)
            {
                yield return run[i];
            }

            if (count < run.Length)
            {
                yield break;
            }

            after = run[count - 1].Key;
            if (run.Length < LongestRun)
            {
                run = new IndexedKey[run.Length * 4];
            }
        }
    }

    private static byte[] FirstKey(IndexNode node)
    {
        while (node is IndexBranch branch)
        {
            node = branch.Children[0];
        }

        var leaf = (IndexLeaf)node;
        return leaf.Count > 0 ? leaf.Keys[0] : [];
    }

    private static (byte[] Key, IndexNode Node)? Insert(IndexNode node, ulong head, byte[] key, bool mayExpire) =>
        node is IndexBranch branch ? InsertBelow(branch, head, key, mayExpire) : InsertInto((IndexLeaf)node, head, key, mayExpire);

    private static (byte[] Key, IndexNode Node)? InsertInto(IndexLeaf leaf, ulong head, byte[] key, bool mayExpire)
    {
        var position = leaf.LowerBound(head, key);
        if (leaf.IsAt(position, head, key))
        {
            leaf.MayExpire[position] |= mayExpire;
            return null;
        }

        if (leaf.Count < IndexLeaf.Capacity)
        {
            leaf.InsertAt(position, head, key, mayExpire);
            return null;
        }

        // Keys that come in order leave full leaves behind them.
        var isAtTheEnd = position == leaf.Count && leaf.Next is null;
        var right = leaf.SplitAt(isAtTheEnd ? leaf.Count - 1 : leaf.Count / 2);
        if (position <= leaf.Count)
        {
            leaf.InsertAt(position, head, key, mayExpire);
        }
        else
        {
            right.InsertAt(position - leaf.Count, head, key, mayExpire);
        }

        return (right.Keys[0], right);
    }

    private static (byte[] Key, IndexNode Node)? InsertBelow(IndexBranch branch, ulong head, byte[] key, bool mayExpire)
    {
        var position = branch.ChildFor(head, key);
        if (Insert(branch.Children[position], head, key, mayExpire) is not { } split)
        {
            return null;
        }

        position++;
        if (branch.Count < IndexBranch.Capacity)
        {
            branch.InsertAt(position, split.Key, split.Node);
            return null;
        }

        var right = branch.SplitAt(branch.Count / 2);
        var separator = right.Keys[0];
        if (position <= branch.Count)
        {
            branch.InsertAt(position, split.Key, split.Node);
        }
        else
        {
            right.InsertAt(position - branch.Count, split.Key, split.Node);
        }

        return (separator, right);
    }

    /// <summary>Removes a key below a node, and says whether the node is empty now.</summary>
    private bool Remove(IndexNode node, ulong head, ReadOnlySpan<byte> key)
    {
        if (node is IndexLeaf leaf)
        {
            var at = leaf.LowerBound(head, key);
            if (leaf.IsAt(at, head, key))
            {
                leaf.RemoveAt(at);
            }

            return leaf.Count == 0;
        }

        var branch = (IndexBranch)node;
        var position = branch.ChildFor(head, key);
        var child = branch.Children[position];
        if (Remove(child, head, key))
        {
            if (child is IndexLeaf emptied)
            {
                Unlink(emptied, head, key);
            }

            branch.RemoveAt(position);
        }

        return branch.Count == 0;
    }

    /// <summary>Takes a leaf out of the chain: the leaf before it is the last one under the nearest subtree to the left.</summary>
    private void Unlink(IndexLeaf emptied, ulong head, ReadOnlySpan<byte> key)
    {
        IndexNode? left = null;
        var node = _root;
        while (node is IndexBranch branch)
        {
            var position = branch.ChildFor(head, key);
            left = position > 0 ? branch.Children[position - 1] : left;
            node = branch.Children[position];
        }

        while (left is IndexBranch branch)
        {
            left = branch.Children[branch.Count - 1];
        }

        (left as IndexLeaf)?.Next = emptied.Next;
    }

    private IndexLeaf FindLeaf(ulong head, ReadOnlySpan<byte> key)
    {
        var node = _root;
        while (node is IndexBranch branch)
        {
            node = branch.Children[branch.ChildFor(head, key)];
        }

        return (IndexLeaf)node;
    }
}
