using SnapshotKv.Tests.Store;

namespace SnapshotKv.Tests.Histories;

/// <summary>What histories with restores go back to: a snapshot that was made before they began, with one key that has a tag, one that has none, and one missing.</summary>
internal static class HistorySnapshot
{
    public const string Name = "then";

    private static readonly (string Key, HistoryEntry Entry)[] Entries =
    [
        (HistoryKeys.Prefix + "a", new(0, 1_001)),
        ("other", new(0, 1_002, IsTagged: true)),
    ];

    /// <summary>A store at a level with such a snapshot, and nothing else.</summary>
    public static KvStore Open(StoreHome home, TimeProvider clock)
    {
        var store = home.Open(options =>
        {
            options.TimeProvider = clock;
            options.SaveDebounce = Timeout.InfiniteTimeSpan;
            options.Compression = KvCompression.None;
        });
        Prepare(store);
        return store;
    }

    /// <summary>Makes the snapshot, and leaves the store empty.</summary>
    public static void Prepare(KvStore store)
    {
        foreach (var (key, entry) in Entries)
        {
            store.Set(key, entry.Value, new KvEntryOptions { Tags = entry.IsTagged ? [HistoryKeys.Tag] : [] });
        }

        store.Pin(store.Save()!.FileName, Name);
        store.Clear();

        // A crash takes the store back to here, not to the snapshot.
        store.Save();
    }

    /// <summary>What a restore makes of the keys under a prefix, and how many entries it brings.</summary>
    public static (string Key, HistoryEntry? Entry)[] Changes(string prefix, out int count)
    {
        var brought = Entries.Where(item => item.Key.StartsWith(prefix, StringComparison.Ordinal)).ToDictionary(item => item.Key, item => item.Entry, StringComparer.Ordinal);
        count = brought.Count;
        return [.. HistoryKeys.All.Where(key => key.StartsWith(prefix, StringComparison.Ordinal)).Select(key => (key, brought.TryGetValue(key, out var entry) ? entry : (HistoryEntry?)null))];
    }
}
