using System.Buffers.Binary;

namespace SnapshotKv.Keyspace;

/// <summary>
/// What the tag index is ordered by: u16 length of the tag (big-endian), the tag, the key. So all keys of a tag, and of them those under a prefix, lie one
/// behind the other.
/// </summary>
internal static class TagKey
{
    public static byte[] Create(ReadOnlySpan<byte> tag, ReadOnlySpan<byte> key)
    {
        var bytes = new byte[sizeof(ushort) + tag.Length + key.Length];
        BinaryPrimitives.WriteUInt16BigEndian(bytes, checked((ushort)tag.Length));
        tag.CopyTo(bytes.AsSpan(sizeof(ushort)));
        key.CopyTo(bytes.AsSpan(sizeof(ushort) + tag.Length));
        return bytes;
    }

    /// <summary>The key, as a part of the whole.</summary>
    public static ReadOnlySpan<byte> KeyOf(ReadOnlySpan<byte> tagKey) => tagKey[(sizeof(ushort) + BinaryPrimitives.ReadUInt16BigEndian(tagKey))..];
}
