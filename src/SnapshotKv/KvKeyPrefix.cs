using System.Buffers.Binary;
using System.Text;

namespace SnapshotKv;

/// <summary>The prefix of a partition, as bytes and as the words that a key behind it begins with.</summary>
internal sealed class KvKeyPrefix
{
    public KvKeyPrefix(byte[] bytes)
    {
        Bytes = bytes;
        Text = Encoding.UTF8.GetString(bytes);
        WholeWords = new ulong[bytes.Length / sizeof(ulong)];
        for (var i = 0; i < WholeWords.Length; i++)
        {
            WholeWords[i] = BitConverter.ToUInt64(bytes, i * sizeof(ulong));
        }

        Span<byte> rest = stackalloc byte[sizeof(ulong)];
        rest.Clear();
        bytes.AsSpan(WholeWords.Length * sizeof(ulong)).CopyTo(rest);
        Rest = BinaryPrimitives.ReadUInt64LittleEndian(rest);
        RestBits = bytes.Length % sizeof(ulong) * 8;
    }

    public static KvKeyPrefix None { get; } = new([]);

    public byte[] Bytes { get; }

    public string Text { get; }

    /// <summary>The whole words, in memory order.</summary>
    public ulong[] WholeWords { get; }

    /// <summary>The bytes behind the whole words, the first in the lowest bits.</summary>
    public ulong Rest { get; }

    /// <summary>How many bits of <see cref="Rest"/> count, 0 to 56.</summary>
    public int RestBits { get; }
}
