using System.Buffers;
using System.Text;

namespace SnapshotKv.KillTarget;

/// <summary>A number that tells what a store holds: the same for the same keys, values, tags and expiries, in whatever order they were written.</summary>
internal static class StoreDigest
{
    public static ulong Of(KvStore store)
    {
        var digest = 0UL;
        foreach (var line in Lines(store))
        {
            digest += Hash(line);
        }

        return digest;
    }

    /// <summary>All that can be read, a line for each key.</summary>
    public static IEnumerable<string> Lines(KvStore store)
    {
        var value = new ArrayBufferWriter<byte>();
        foreach (var key in store.GetKeys())
        {
            value.ResetWrittenCount();
            store.TryGetInfo(key, out var info);
            store.TryReadEncoded(key, value, out _);
            yield return $"{key}={Convert.ToHexString(value.WrittenSpan)} {info.ExpiresAt:O} {string.Join('+', info.Tags)} {info.HasBlob}";
        }
    }

    private static ulong Hash(string line)
    {
        // FNV-1a: nobody chooses these lines to collide.
        var hash = 14695981039346656037UL;
        foreach (var letter in Encoding.UTF8.GetBytes(line))
        {
            hash = (hash ^ letter) * 1099511628211UL;
        }

        return hash;
    }
}
