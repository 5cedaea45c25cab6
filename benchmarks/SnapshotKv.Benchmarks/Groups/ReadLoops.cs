using System.Buffers;
using System.Collections.Concurrent;
using Microsoft.Extensions.Caching.Distributed;
using SnapshotKv.Benchmarks.Harness;

namespace SnapshotKv.Benchmarks.Groups;

/// <summary>The ways to read a value that are compared. Every loop touches the first and the last byte that it got.</summary>
internal static class ReadLoops
{
    private const int LongestValue = 4096;

    [ThreadStatic]
    private static byte[]? _buffer;

    [ThreadStatic]
    private static ArrayBufferWriter<byte>? _writer;

    public static KeyCase Dictionary(string name, ConcurrentDictionary<string, byte[]> map) => new(name, keys =>
    {
        var sum = 0L;
        foreach (var key in keys)
        {
            if (map.TryGetValue(key, out var value))
            {
                sum += value[0] + value[^1];
            }
        }

        return sum;
    });

    public static KeyCase DictionaryCopied(string name, ConcurrentDictionary<string, byte[]> map) => new(name, keys =>
    {
        var sum = 0L;
        foreach (var key in keys)
        {
            if (map.TryGetValue(key, out var shared))
            {
                var value = shared.AsSpan().ToArray();
                sum += value[0] + value[^1];
            }
        }

        return sum;
    });

    public static KeyCase MemoryCache(string name, IDistributedCache cache) => new(name, keys =>
    {
        var sum = 0L;
        foreach (var key in keys)
        {
            if (cache.Get(key) is { } value)
            {
                sum += value[0] + value[^1];
            }
        }

        return sum;
    });

    // The same as for the other cache, in a method of its own: the two must not share what the compiler learns about the call.
    public static KeyCase OurCache(string name, IDistributedCache cache) => new(name, keys =>
    {
        var sum = 0L;
        foreach (var key in keys)
        {
            if (cache.Get(key) is { } value)
            {
                sum += value[0] + value[^1];
            }
        }

        return sum;
    });

    /// <summary>The store's own bytes, which nobody copies.</summary>
    public static KeyCase InPlace(string name, KvStore store) => new(name, keys =>
    {
        var sum = 0L;
        foreach (var key in keys)
        {
            if (store.TryGetSpan(key, out var value))
            {
                sum += value[0] + value[^1];
            }
        }

        return sum;
    });

    public static KeyCase IntoSpan(string name, KvStore store, int valueLength) => new(name, keys =>
    {
        // Not on the stack: a method with a stackalloc and a loop is compiled once, without the profile that the other cases get.
        var buffer = (_buffer ??= new byte[LongestValue]).AsSpan(0, valueLength);
        var sum = 0L;
        foreach (var key in keys)
        {
            if (store.TryRead(key, buffer, out var length))
            {
                sum += buffer[0] + buffer[length - 1];
            }
        }

        return sum;
    });

    /// <summary>Into a writer that the thread keeps, as a pool would hand it out.</summary>
    public static KeyCase IntoWriter(string name, KvStore store, int valueLength) => new(name, keys =>
    {
        var writer = _writer ??= new(valueLength);
        var sum = 0L;
        foreach (var key in keys)
        {
            writer.ResetWrittenCount();
            if (store.TryRead(key, writer))
            {
                var value = writer.WrittenSpan;
                sum += value[0] + value[^1];
            }
        }

        return sum;
    });
}
