namespace SnapshotKv.Keyspace;

/// <summary>What happened to the set of keys while the index was being built from a capture. Gate only.</summary>
internal sealed class IndexDelta
{
    private readonly List<(byte[] Key, bool IsThere, bool MayExpire)> _steps = [];
    private bool _wasCleared;

    public void Add(byte[] key, bool mayExpire) => _steps.Add((key, true, mayExpire));

    public void Remove(byte[] key) => _steps.Add((key, false, false));

    public void Clear()
    {
        _steps.Clear();
        _wasCleared = true;
    }

    /// <summary>Brings the index that was built from the capture up to date.</summary>
    public PrefixIndex ApplyTo(PrefixIndex built)
    {
        var index = _wasCleared ? new PrefixIndex() : built;
        foreach (var (key, isThere, mayExpire) in _steps)
        {
            if (isThere)
            {
                index.Add(key, mayExpire);
            }
            else
            {
                index.Remove(key);
            }
        }

        return index;
    }
}
