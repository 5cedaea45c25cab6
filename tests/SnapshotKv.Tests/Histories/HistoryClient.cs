namespace SnapshotKv.Tests.Histories;

/// <summary>One thread's view while it runs its operations: the store, and what it learned so far.</summary>
internal sealed class HistoryClient(KvStore store)
{
    private readonly Dictionary<string, long> _versions = new(StringComparer.Ordinal);

    /// <summary>Where the store begins to number its commits; the model begins at 0.</summary>
    private readonly long _start = (long)store.LastSequence;

    public KvStore Store { get; } = store;

    /// <summary>The version this thread last saw of a key; 0 where it saw no entry.</summary>
    public long LastSeen(string key) => _versions.GetValueOrDefault(key);

    public void Saw(string key, long version) => _versions[key] = version;

    /// <summary>The model's number for a version of the store's.</summary>
    public long ToModel(long version) => version == 0 ? 0 : version - _start;

    /// <summary>The store's version for a number of the model's.</summary>
    public long ToStore(long version) => version == 0 ? 0 : version + _start;
}
