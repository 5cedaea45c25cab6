using SnapshotKv.Testing;
using SnapshotKv.Tests.Store;

namespace SnapshotKv.Tests.Restores;

/// <summary>Short ways to a store with something to go back to.</summary>
internal static class RestoreHome
{
    public static TheoryData<KvDurability> Levels => [KvDurability.Snapshot, KvDurability.Process, KvDurability.Disk];

    public static StoreHome At(KvDurability level, InMemoryFileSystem? disk = null) => new(disk) { Durability = level };

    /// <summary>The entries as <c>key=value</c>, in the order of keys, of values that are small numbers.</summary>
    public static string Contents(this IKvStore store, string prefix = "") =>
        string.Join(' ', store.GetKeys(prefix).Select(key => store.TryGet<int>(key, out var value) ? $"{key}={value}" : $"{key}?"));

    /// <summary>The store as it would be found when the process were killed now.</summary>
    public static StoreHome Killed(this StoreHome home) =>
        new(home.Disk.CrashImage(CrashKind.ProcessKilled), new ManualTimeProvider(home.Clock.GetUtcNow() + TimeSpan.FromMilliseconds(10))) { Durability = home.Durability };
}
