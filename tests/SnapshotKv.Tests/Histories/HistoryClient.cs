namespace SnapshotKv.Tests.Histories;

/// <summary>One thread's view while it runs its operations: the store, and what it learned so far.</summary>
internal sealed class HistoryClient(KvStore store)
{
    private readonly Dictionary<string, long> _versions = new(StringComparer.Ordinal);

    public KvStore Store { get; } = store;

    /// <summary>The version this thread last saw of a key; 0 where it saw no entry.</summary>
    public long LastSeen(string key) => _versions.GetValueOrDefault(key);

    public void Saw(string key, long version) => _versions[key] = version;
}
