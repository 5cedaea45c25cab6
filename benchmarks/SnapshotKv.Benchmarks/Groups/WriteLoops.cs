using System.Collections.Concurrent;
using Microsoft.Extensions.Caching.Distributed;
using SnapshotKv.Benchmarks.Harness;

namespace SnapshotKv.Benchmarks.Groups;

/// <summary>The ways to set a value that are compared.</summary>
internal static class WriteLoops
{
    public static KeyCase Dictionary(string name, ConcurrentDictionary<string, byte[]> map, byte[] value) => new(name, keys =>
    {
        foreach (var key in keys)
        {
            map[key] = value.AsSpan().ToArray();
        }

        return 0;
    });

    public static KeyCase Store(string name, KvStore store, byte[] value) => new(name, keys =>
    {
        foreach (var key in keys)
        {
            store.SetBytes(key, value.AsSpan());
        }

        return 0;
    });

    public static KeyCase MemoryCache(string name, IDistributedCache cache, byte[] value, DistributedCacheEntryOptions life) => new(name, keys =>
    {
        foreach (var key in keys)
        {
            cache.Set(key, value, life);
        }

        return 0;
    });

    // The same again, for the reason that ReadLoops gives.
    public static KeyCase OurCache(string name, IDistributedCache cache, byte[] value, DistributedCacheEntryOptions life) => new(name, keys =>
    {
        foreach (var key in keys)
        {
            cache.Set(key, value, life);
        }

        return 0;
    });
}
