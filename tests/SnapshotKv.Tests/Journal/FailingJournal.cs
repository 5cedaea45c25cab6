using SnapshotKv.Testing;
using SnapshotKv.Tests.Store;

namespace SnapshotKv.Tests.Journal;

/// <summary>What tests of a failing journal have in common: which operations are the journal's, and what is found when a store is opened again.</summary>
internal static class FailingJournal
{
    /// <summary>Whether an operation is done to a file of the journal, or to its directory.</summary>
    public static bool IsJournal(FileOperation operation) => operation.Path.Contains("/journal", StringComparison.Ordinal);

    /// <summary>Whether an operation is done to a file of a snapshot, or to their directory.</summary>
    public static bool IsSnapshot(FileOperation operation) => operation.Path.Contains("/snapshots", StringComparison.Ordinal);

    /// <summary>Whether an operation flushes what was appended.</summary>
    public static bool IsFlush(FileOperation operation) => operation.Kind == FileOperationKind.FlushData && IsJournal(operation);

    /// <summary>Saves by request only.</summary>
    public static KvStore OpenWithoutSaves(this StoreHome home, Action<SnapshotKvOptions>? change = null) => home.Open(options =>
    {
        options.SaveDebounce = Timeout.InfiniteTimeSpan;
        change?.Invoke(options);
    });

    /// <summary>The bytes of all files of the journal.</summary>
    public static long JournalBytes(this StoreHome home) =>
        home.Disk.DirectoryExists($"{StoreHome.Path}/journal") ? home.Disk.List($"{StoreHome.Path}/journal").Sum(entry => entry.Length) : 0;

    /// <summary>What a crash at this moment leaves, as a store that is opened then finds it: each key with its number.</summary>
    public static SortedDictionary<string, int> After(this StoreHome home, CrashKind crash, int seed = 0) => Contents(home.Disk.CrashImage(crash, seed));

    /// <summary>What a store that is opened on a disk finds.</summary>
    public static SortedDictionary<string, int> Contents(InMemoryFileSystem disk)
    {
        var home = new StoreHome(disk) { Durability = KvDurability.Process };
        using var store = home.Open();
        var contents = new SortedDictionary<string, int>(store.GetKeys().ToDictionary(key => key, store.Read), StringComparer.Ordinal);

        // It is whole again: writes are taken.
        store.Set("written after opening", 1, new KvEntryOptions { Durability = KvDurability.Disk });
        return contents;
    }

    /// <summary>A number that was set; -1 when there is none, and the length of what is no number.</summary>
    public static int Read(this KvStore store, string key) =>
        !store.TryGetInfo(key, out var info) ? -1
        : info.ValueBytes > sizeof(long) + 1 ? info.ValueBytes
        : store.TryGet<int>(key, out var value) ? value : -1;

    /// <summary>Calls each way of writing, and expects all of them to be refused alike.</summary>
    public static async Task EveryWriteThrowsAsync<TException>(KvStore store, CancellationToken cancellationToken)
        where TException : KvStoreException
    {
        Should.Throw<TException>(() => store.Set("refused", 1));
        Should.Throw<TException>(() => store.Set("refused", 1, new KvEntryOptions { Durability = KvDurability.Snapshot }));
        Should.Throw<TException>(() => store.Remove("a"));
        Should.Throw<TException>(() => store.RemoveByPrefix("a"));
        Should.Throw<TException>(() => store.RemoveByTag("tag"));
        Should.Throw<TException>(() => store.Clear());
        Should.Throw<TException>(() => store.TryCommit(store.CreateBatch().Set("refused", 1).Remove("a")));
        await Should.ThrowAsync<TException>(async () => await store.SetAsync("refused", 1, cancellationToken: cancellationToken));
        await Should.ThrowAsync<TException>(async () => await store.RemoveAsync("a", cancellationToken));
        await Should.ThrowAsync<TException>(async () => await store.RemoveByPrefixAsync("a", cancellationToken));
        await Should.ThrowAsync<TException>(async () => await store.RemoveByTagAsync("tag", cancellationToken));
        await Should.ThrowAsync<TException>(async () => await store.ClearAsync(cancellationToken));
        await Should.ThrowAsync<TException>(async () => await store.TryCommitAsync(store.CreateBatch().Set("refused", 1), cancellationToken));
        store.Exists("refused").ShouldBeFalse();
    }
}
