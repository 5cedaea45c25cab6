namespace SnapshotKv.Keyspace;

/// <summary>Which keys were changed when, for as long as a transaction that began before is open: by key and, in order, by prefix.</summary>
/// <remarks>
/// Thread-safe by one lock. Bounded: beyond about <see cref="MostKeys"/> different keys everything is forgotten, and what began before counts as changed.
/// </remarks>
internal sealed class ChangedKeys(int mostKeys = ChangedKeys.MostKeys)
{
    public const int MostKeys = 1_000_000;

    private const int FirstPruning = 4096;

    private readonly Lock _lock = new();
    private Dictionary<byte[], ulong> _last = new(KeyBytes.Comparer);
    private PrefixIndex _ordered = new();
    private ulong _forgottenThrough;
    private int _pruneAt = Math.Min(FirstPruning, mostKeys + 1);

    /// <summary>How many keys are known at this moment.</summary>
    public int Count => _last.Count;

    /// <summary>How many keys there is room for without growing.</summary>
    public int Room => _last.Capacity;

    /// <summary>Notes that a key is about to be changed.</summary>
    /// <param name="key">The key.</param>
    /// <param name="sequence">The number of the commit that changes it.</param>
    /// <param name="oldestStart">What was changed up to here matters to nobody any more.</param>
    public void Note(ReadOnlySpan<byte> key, ulong sequence, ulong oldestStart)
    {
        lock (_lock)
        {
            var byKey = _last.GetAlternateLookup<ReadOnlySpan<byte>>();
            if (byKey.TryGetValue(key, out var known, out _))
            {
                byKey[known] = sequence;
                return;
            }

            var own = key.ToArray();
            _last.Add(own, sequence);
            _ordered.Add(own, mayExpire: false);
            if (_last.Count >= _pruneAt)
            {
                Prune(oldestStart);
            }
        }
    }

    /// <summary>Notes that every key is about to be changed.</summary>
    public void NoteAll(ulong sequence)
    {
        lock (_lock)
        {
            Forget(sequence);
        }
    }

    /// <summary>Whether a key was changed after a commit, or may have been.</summary>
    /// <param name="key">The key.</param>
    /// <param name="since">The number of the commit.</param>
    /// <param name="isKnown">Whether it was; false when it was not, or when it is not known any more.</param>
    public bool IsChanged(ReadOnlySpan<byte> key, ulong since, out bool isKnown)
    {
        lock (_lock)
        {
            isKnown = _last.GetAlternateLookup<ReadOnlySpan<byte>>().TryGetValue(key, out var last) && last > since;
            return isKnown || since < _forgottenThrough;
        }
    }

    /// <summary>Whether any key that begins with a prefix was changed after a commit, or may have been.</summary>
    /// <param name="prefix">The prefix.</param>
    /// <param name="since">The number of the commit.</param>
    /// <param name="changed">One of the keys that were; null when none was, or when it is not known which.</param>
    public bool IsAnyChanged(byte[] prefix, ulong since, out byte[]? changed)
    {
        lock (_lock)
        {
            changed = null;
            if (since < _forgottenThrough)
            {
                return true;
            }

            foreach (var (key, _) in _ordered.Enumerate(prefix))
            {
                if (_last[key] > since)
                {
                    changed = key;
                    return true;
                }
            }

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
                Forget(0);
            }

            _forgottenThrough = 0;
        }
    }

    private void Prune(ulong oldestStart)
    {
        foreach (var (key, sequence) in _last)
        {
            if (sequence <= oldestStart)
            {
                _last.Remove(key);
                _ordered.Remove(key);
            }
        }

        // Nearly full is full: else each of the next few notes would look through all of it again.
        if (_last.Count > mostKeys - (mostKeys / 8))
        {
            Forget(_last.Values.Max());
        }
        else
        {
            _pruneAt = Math.Min(Math.Max(_last.Count * 2, FirstPruning), mostKeys + 1);
        }
    }

    private void Forget(ulong through)
    {
        // New ones, since a dictionary that is cleared keeps its room.
        _last = new Dictionary<byte[], ulong>(KeyBytes.Comparer);
        _ordered = new PrefixIndex();
        _pruneAt = Math.Min(FirstPruning, mostKeys + 1);
        _forgottenThrough = Math.Max(_forgottenThrough, through);
    }
}
