using SnapshotKv.Testing;

namespace SnapshotKv.Extensions.Tests.Configuration;

/// <summary>Directories with something in them, and what they hold once they are closed.</summary>
internal static class TestStore
{
    public static void Write<T>(string path, string key, T value)
    {
        using var store = KvStore.Open(path, new SnapshotKvOptions { TimeProvider = new ManualTimeProvider() });
        store.Set(key, value);
    }

    public static string? ReadText(string path, string key)
    {
        using var store = KvStore.Open(path, new SnapshotKvOptions { TimeProvider = new ManualTimeProvider() });
        return store.TryGet<string>(key, out var value) ? value : null;
    }
}
