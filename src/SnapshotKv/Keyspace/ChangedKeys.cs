namespace SnapshotKv.Keyspace;

/// <summary>Which keys were changed when, for as long as a transaction that began before is open: by key and, in order, by prefix.</summary>
/// <remarks>Thread-safe by one lock. Bounded in keys and in bytes: <see cref="Note"/> says when it cannot keep them all.</remarks>
internal sealed class ChangedKeys(int mostKeys = ChangedKeys.MostKeys, long mostBytes = ChangedKeys.MostBytes)
{
    public const int MostKeys = 1_000_000;

    public const long MostBytes = 64 << 20;

    private const int FirstPruning = 4096;

    private readonly Lock _lock = new();
    private Dictionary<byte[], ulong> _last = new(KeyBytes.Comparer);
    private PrefixIndex _ordered = new();
    private long _bytes;
    private int _pruneAt = Math.Min(FirstPruning, mostKeys + 1);

    /// <summary>How many keys are known at this moment.</summary>
    public int Count => _last.Count;

    /// <summary>How many keys there is room for without growing.</summary>
    public int Room => _last.Capacity;

    /// <summary>Notes that a key is about to be changed.</summary>
    /// <param name="key">The key.</param>
    /// <param name="sequence">The number of the commit that changes it.</param>
    /// <param name="oldestStart">What was changed up to here matters to nobody any more.</param>
    /// <returns>False when there are too many; the caller forgets them all then.</returns>
    public bool Note(ReadOnlySpan<byte> key, ulong sequence, ulong oldestStart)
    {
        lock (_lock)
        {
            var byKey = _last.GetAlternateLookup<ReadOnlySpan<byte>>();
            if (byKey.TryGetValue(key, out var known, out _))
            {
                byKey[known] = sequence;
                return true;
            }

            var own = key.ToArray();
            _last.Add(own, sequence);
            _ordered.Add(own, mayExpire: false);
            _bytes += own.Length;
            return (_last.Count < _pruneAt && _bytes <= mostBytes) || Prune(oldestStart);
        }
    }

    /// <summary>Whether a key was changed after a commit.</summary>
    public bool IsChanged(ReadOnlySpan<byte> key, ulong since)
    {
        lock (_lock)
        {
            return _last.GetAlternateLookup<ReadOnlySpan<byte>>().TryGetValue(key, out var last) && last > since;
        }
    }

    /// <summary>Whether any key that begins with a prefix was changed after a commit.</summary>
    /// <param name="prefix">The prefix.</param>
    /// <param name="since">The number of the commit.</param>
    /// <param name="changed">One of the keys that were; null when none was.</param>
    public bool IsAnyChanged(byte[] prefix, ulong since, out byte[]? changed)
    {
        lock (_lock)
        {
            foreach (var (key, _) in _ordered.Enumerate(prefix))
            {
                if (_last[key] > since)
                {
                    changed = key;
                    return true;
                }
            }

            changed = null;
            return false;
        }
    }

    /// <summary>Forgets everything: nobody is interested any more.</summary>
    public void Clear()
    {
        lock (_lock)
        {
            if (_last.Capacity > 0)
            {
                // New ones, since a dictionary that is cleared keeps its room.
                _last = new Dictionary<byte[], ulong>(KeyBytes.Comparer);
                _ordered = new PrefixIndex();
                _bytes = 0;
                _pruneAt = Math.Min(FirstPruning, mostKeys + 1);
            }
        }
    }

    private bool Prune(ulong oldestStart)
    {
        foreach (var (key, sequence) in _last)
        {
            if (sequence <= oldestStart)
            {
                _last.Remove(key);
                _ordered.Remove(key);
                _bytes -= key.Length;
            }
        }

        // Nearly full is full: else each of the next few notes would look through all of it again.
        _pruneAt = Math.Min(Math.Max(_last.Count * 2, FirstPruning), mostKeys + 1);
        return _last.Count <= mostKeys - (mostKeys / 8) && _bytes <= mostBytes - (mostBytes / 8);
    }
}
