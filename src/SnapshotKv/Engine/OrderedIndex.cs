using SnapshotKv.Keyspace;

namespace SnapshotKv.Engine;

/// <summary>
/// An ordered index over the entries that costs nothing until somebody asks for it: built then from a capture, beside the writers, and kept up from then
/// on by every commit.
/// </summary>
/// <remarks>Members marked "gate" are for whoever holds the commit gate; <see cref="Ensure"/> may be called at any time without it.</remarks>
internal sealed class OrderedIndex(Lock gate, Func<TableShard.Slot[]> newBuffer, Func<TableShard.Slot[], Capture> captureInGate, Func<Capture, IndexedKey[]> sortedKeys)
{
    private readonly Lock _building = new();
    private PrefixIndex? _index;
    private IndexDelta? _delta;
    private bool _isStale;

    /// <summary>Gate: whether changes must be told.</summary>
    public bool IsKept => _index is not null || _delta is not null;

    /// <summary>The index, built when this is the first call that needs it.</summary>
    public PrefixIndex Ensure()
    {
        if (Volatile.Read(ref _index) is { } ready)
        {
            return ready;
        }

        lock (_building)
        {
            return _index ?? Build();
        }
    }

    /// <summary>Gate: adds a key, or notes that a key that is there may expire from now on.</summary>
    public void Add(byte[] key, bool mayExpire)
    {
        _index?.Add(key, mayExpire);
        _delta?.Add(key, mayExpire);
    }

    /// <summary>Gate: removes a key.</summary>
    public void Remove(ReadOnlySpan<byte> key)
    {
        _index?.Remove(key);
        _delta?.Remove(key.ToArray());
    }

    /// <summary>Gate: removes all keys.</summary>
    public void Clear()
    {
        _index?.Clear();
        _delta?.Clear();
    }

    /// <summary>Gate: forgets the keys; they are collected anew when somebody asks for them. An enumeration that is under way goes on with those it had.</summary>
    public void Drop()
    {
        Volatile.Write(ref _index, null);
        _isStale = _delta is not null;
    }

    private PrefixIndex Build()
    {
        while (true)
        {
            if (TryBuild() is { } built)
            {
                return built;
            }
        }
    }

    /// <returns>The index; null when it was dropped while it was built.</returns>
    private PrefixIndex? TryBuild()
    {
        var buffer = newBuffer();
        Capture capture;
        lock (gate)
        {
            capture = captureInGate(buffer);
            _delta = new IndexDelta();
            _isStale = false;
        }

        try
        {
            var built = PrefixIndex.Build(sortedKeys(capture));
            lock (gate)
            {
                if (_isStale)
                {
                    return null;
                }

                Volatile.Write(ref _index, _delta.ApplyTo(built));
                return _index!;
            }
        }
        finally
        {
            lock (gate)
            {
                _delta = null;
            }
        }
    }
}
