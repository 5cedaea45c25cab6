namespace SnapshotKv.Extensions.AspNetCore.Session;

/// <summary>What one request did to a session, apart from what the session was: keys set, keys removed, or everything replaced.</summary>
internal sealed class SessionChanges
{
    private static readonly Dictionary<string, byte[]> NoValues = new(StringComparer.Ordinal);

    /// <summary>What is under each key now; null marks a removal.</summary>
    private readonly Dictionary<string, byte[]?> _byKey = new(StringComparer.Ordinal);
    private bool _replacesAll;

    public bool IsEmpty => !_replacesAll && _byKey.Count == 0;

    public void Set(string key, byte[] value) => _byKey[key] = value;

    public void Remove(string key) => _byKey[key] = null;

    /// <summary>From here on nothing counts that was there before, whoever set it.</summary>
    public void Clear()
    {
        _byKey.Clear();
        _replacesAll = true;
    }

    public void Forget()
    {
        _byKey.Clear();
        _replacesAll = false;
    }

    /// <summary>What is under a key after these changes.</summary>
    public byte[]? Find(string key, IReadOnlyDictionary<string, byte[]> before) =>
        _byKey.TryGetValue(key, out var value) ? value
        : _replacesAll ? null
        : before.GetValueOrDefault(key);

    /// <summary>The values after these changes; the very same dictionary when they change nothing.</summary>
    public IReadOnlyDictionary<string, byte[]> ApplyTo(IReadOnlyDictionary<string, byte[]> before)
    {
        if (!DoChange(before))
        {
            return before;
        }

        var after = new Dictionary<string, byte[]>(_replacesAll ? NoValues : before, StringComparer.Ordinal);
        foreach (var (key, value) in _byKey)
        {
            if (value is null)
            {
                after.Remove(key);
            }
            else
            {
                after[key] = value;
            }
        }

        return after;
    }

    private bool DoChange(IReadOnlyDictionary<string, byte[]> before)
    {
        if (_replacesAll && before.Keys.Any(key => _byKey.GetValueOrDefault(key) is null))
        {
            return true;
        }

        foreach (var (key, value) in _byKey)
        {
            var isThere = before.TryGetValue(key, out var old);
            if (value is null ? isThere : !isThere || !value.AsSpan().SequenceEqual(old))
            {
                return true;
            }
        }

        return false;
    }
}
