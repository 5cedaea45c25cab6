namespace SnapshotKv.Tests.Histories;

/// <summary>The sequential model: what a store would hold if all operations came one after the other. Equal states are equal values.</summary>
internal readonly record struct HistoryState
{
    private readonly HistoryEntry _first;
    private readonly HistoryEntry _second;
    private readonly HistoryEntry _third;

    private HistoryState(long sequence, HistoryEntry first, HistoryEntry second, HistoryEntry third)
    {
        Sequence = sequence;
        _first = first;
        _second = second;
        _third = third;
    }

    /// <summary>The number of the last commit.</summary>
    public long Sequence { get; }

    public HistoryEntry this[string key] => HistoryKeys.IndexOf(key) switch
    {
        0 => _first,
        1 => _second,
        2 => _third,
        _ => throw new ArgumentException($"'{key}' is none of the keys that histories use.", nameof(key)),
    };

    /// <summary>The state after a commit that set some keys and removed others; null stands for removed.</summary>
    public HistoryState Commit(params ReadOnlySpan<(string Key, HistoryEntry? Entry)> changes)
    {
        var changesAnything = false;
        foreach (var (key, entry) in changes)
        {
            changesAnything |= entry is not null || this[key].Exists;
        }

        // Removing only what is not there is no commit.
        if (!changesAnything)
        {
            return this;
        }

        var next = new HistoryState(Sequence + 1, _first, _second, _third);
        foreach (var (key, entry) in changes)
        {
            next = next.With(key, entry is { } set ? set with { Version = next.Sequence } : default);
        }

        return next;
    }

    public HistoryState Set(string key, long value) => Commit((key, new HistoryEntry(0, value)));

    public HistoryState Remove(params ReadOnlySpan<string> keys)
    {
        var changes = new (string, HistoryEntry?)[keys.Length];
        for (var i = 0; i < keys.Length; i++)
        {
            changes[i] = (keys[i], null);
        }

        return Commit(changes);
    }

    public override string ToString() => string.Join(", ", HistoryKeys.All.Select(Describe));

    private string Describe(string key) => this[key] is { Exists: true } entry ? $"{key}={entry.Value}@{entry.Version}" : $"no {key}";

    private HistoryState With(string key, HistoryEntry entry) => HistoryKeys.IndexOf(key) switch
    {
        0 => new(Sequence, entry, _second, _third),
        1 => new(Sequence, _first, entry, _third),
        _ => new(Sequence, _first, _second, entry),
    };
}
