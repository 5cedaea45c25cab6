namespace SnapshotKv.Tests.Store.Model;

/// <summary>A keyspace under test beside the dictionary that it is to agree with: the whole store, a partition, or what one thread has to itself.</summary>
internal sealed class ModelScope(IKvStore store, TimeProvider clock, IEnumerable<KeyValuePair<string, ModelEntry>> entries)
{
    private readonly Dictionary<string, ModelEntry> _entries = new(entries, StringComparer.Ordinal);

    public IKvStore Store { get; } = store;

    public DateTimeOffset Now => clock.GetUtcNow();

    /// <summary>The live keys in the store's order.</summary>
    public IReadOnlyList<string> Keys => [.. _entries.Where(item => item.Value.IsLive(Now)).Select(item => item.Key).Order(ModelKeys.ByBytes)];

    /// <summary>The live entries.</summary>
    public IEnumerable<KeyValuePair<string, ModelEntry>> Entries => _entries.Where(item => item.Value.IsLive(Now));

    /// <summary>The live entry of a key.</summary>
    public ModelEntry? Find(string key) => _entries.TryGetValue(key, out var entry) && entry.IsLive(Now) ? entry : null;

    public void Set(string key, ModelEntry entry) => _entries[key] = entry;

    /// <summary>Removes a key, and says whether it was live.</summary>
    public bool Remove(string key)
    {
        var wasLive = Find(key) is not null;
        _entries.Remove(key);
        return wasLive;
    }

    /// <summary>Removes keys, and says how many were live.</summary>
    public int RemoveWhere(Func<string, bool> condition) => Keys.Where(condition).Count(Remove);

    /// <summary>Notes that the value of a key was read.</summary>
    public void Slide(string key)
    {
        if (Find(key) is { } entry)
        {
            _entries[key] = entry.Slide(Now);
        }
    }

    /// <summary>Reads a key in both and compares.</summary>
    public void Read(string key)
    {
        var expected = Find(key);
        if (expected?.Value is long number)
        {
            Store.TryGet<long>(key, out var found).ShouldBeTrue(key);
            found.ShouldBe(number, key);
        }
        else
        {
            Store.TryGetBytes(key, out var found).ShouldBe(expected is not null, key);
            found.ShouldBe((byte[]?)expected?.Value, key);
        }

        Slide(key);
    }

    /// <summary>Compares everything that can be asked without moving an expiry.</summary>
    public void Compare()
    {
        var live = Keys;
        Store.GetKeys().ShouldBe(live);
        foreach (var prefix in ModelKeys.Prefixes)
        {
            Store.Count(prefix).ShouldBe(live.Count(key => key.StartsWith(prefix, StringComparison.Ordinal)), $"count of {prefix}");
        }

        foreach (var key in ModelKeys.All.Union(live))
        {
            Store.Exists(key).ShouldBe(Find(key) is not null, $"exists {key}");
            var expected = Find(key) switch
            {
                null => KvTimeToLive.Missing,
                { Deadline: { } deadline } => KvTimeToLive.Of(deadline - Now),
                _ => KvTimeToLive.Unlimited,
            };
            Store.GetTimeToLive(key).ShouldBe(expected, $"life of {key}");
        }
    }

    /// <summary>The part under a prefix, with entries of its own until they are taken back.</summary>
    public ModelScope Under(string prefix) => new(
        Store.GetPartition(prefix),
        clock,
        Entries.Where(item => item.Key.StartsWith(prefix, StringComparison.Ordinal)).Select(item => KeyValuePair.Create(item.Key[prefix.Length..], item.Value)));

    /// <summary>Takes back what happened to the part under a prefix.</summary>
    public void TakeBack(string prefix, ModelScope part)
    {
        RemoveWhere(key => key.StartsWith(prefix, StringComparison.Ordinal));
        foreach (var (key, entry) in part.Entries)
        {
            Set(prefix + key, entry);
        }
    }
}
