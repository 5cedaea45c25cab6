using System.Buffers.Binary;
using System.Collections.Concurrent;
using System.IO.Compression;
using System.Text;

namespace SnapshotKv.Benchmarks.Peers;

/// <summary>
/// Fills a presized ConcurrentDictionary from a snapshot file of ours, as fast as a straightforward program can: the file is read, or expanded, into one
/// array of the right size; entries are taken where the layout says they are, names are stepped over without being looked at, each value is unwrapped to
/// the bytes that were set. Nothing is checked, neither checksum nor names nor bounds, which a store may not do.
/// </summary>
internal static class DictionaryLoader
{
    // What stands before each part of an entry, as docs/formats tells: the map's head with "value", "expires_at" with its integer, "blob_ref" with no text.
    private const int BeforeValue = 1 + 6, AfterValue = 12 + sizeof(long) + 9 + 1;

    /// <param name="path">The snapshot, MessagePack.</param>
    /// <param name="expandedLength">The bytes it holds once expanded, which a real program would have to guess.</param>
    public static ConcurrentDictionary<string, byte[]> Load(string path, long expandedLength)
    {
        var bytes = Read(path, expandedLength);
        var position = FindData(bytes, out var count);
        var map = new ConcurrentDictionary<string, byte[]>(Environment.ProcessorCount, count, StringComparer.Ordinal);
        for (var i = 0; i < count; i++)
        {
            var keyLength = bytes[position++] & 0x1f;
            var key = Encoding.UTF8.GetString(bytes, position, keyLength);
            position += keyLength + BeforeValue;
            position += BinaryHead(bytes.AsSpan(position), out _);
            position += BinaryHead(bytes.AsSpan(position), out var length);
            map.TryAdd(key, bytes.AsSpan(position, length).ToArray());
            position += length + AfterValue;
        }

        return map;
    }

    private static byte[] Read(string path, long expandedLength)
    {
        if (!path.EndsWith(".gz", StringComparison.Ordinal))
        {
            return File.ReadAllBytes(path);
        }

        var bytes = GC.AllocateUninitializedArray<byte>((int)expandedLength);
        using var gzip = new GZipStream(File.OpenRead(path), CompressionMode.Decompress);
        gzip.ReadExactly(bytes);
        return bytes;
    }

    private static int FindData(byte[] bytes, out int count)
    {
        var name = "data"u8;
        var at = bytes.AsSpan(0, 256).IndexOf(name) + name.Length;
        count = bytes[at] == 0xdf ? BinaryPrimitives.ReadInt32BigEndian(bytes.AsSpan(at + 1)) : BinaryPrimitives.ReadUInt16BigEndian(bytes.AsSpan(at + 1));
        return at + (bytes[at] == 0xdf ? 5 : 3);
    }

    private static int BinaryHead(ReadOnlySpan<byte> head, out int length)
    {
        length = head[0] == 0xc4 ? head[1] : BinaryPrimitives.ReadUInt16BigEndian(head[1..]);
        return head[0] == 0xc4 ? 2 : 3;
    }
}
