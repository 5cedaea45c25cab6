using SnapshotKv.Format;
using SnapshotKv.Keyspace;

namespace SnapshotKv.Engine;

/// <summary>
/// An ordered index over the entries that costs nothing until somebody asks for it: built then from a capture, beside the writers, and kept up from then
/// on by every commit.
/// </summary>
/// <remarks>Members marked "gate" are for whoever holds the commit gate; <see cref="Ensure"/> may be called at any time without it.</remarks>
/// <param name="gate">The commit gate.</param>
/// <param name="capture">Captures all entries as they are when it makes a call, which it does in the gate.</param>
/// <param name="sortedKeys">What the index of a capture has, in order.</param>
internal sealed class OrderedIndex(Lock gate, Func<Action, Record[]> capture, Func<Record[], IndexedKey[]> sortedKeys)
{
    private readonly Lock _building = new();
    private PrefixIndex? _index;
    private IndexDelta? _delta;

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

    /// <summary>Gate: all entries are about to be replaced. Who asks next has the index built anew.</summary>
    public void Drop()
    {
        _index?.Abandon();
        Volatile.Write(ref _index, null);
        _delta = null;
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

    /// <returns>The index; null when the entries were replaced meanwhile.</returns>
    private PrefixIndex? TryBuild()
    {
        try
        {
            var built = PrefixIndex.Build(sortedKeys(capture(() => _delta = new IndexDelta())));
            lock (gate)
            {
                if (_delta is null)
                {
                    return null;
                }

                var index = _delta.ApplyTo(built);
                Volatile.Write(ref _index, index);
                return index;
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
