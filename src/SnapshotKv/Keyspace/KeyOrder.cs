using System.Buffers.Binary;
using System.Runtime.CompilerServices;

namespace SnapshotKv.Keyspace;

/// <summary>The order of keys: by their bytes, as Go has it. For UTF-8 that is the order of code points, which UTF-16's is not.</summary>
internal static class KeyOrder
{
    /// <summary>The first eight bytes as a number, so that most comparisons need not look at the key.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong Head(ReadOnlySpan<byte> key)
    {
        if (key.Length >= sizeof(ulong))
        {
            return BinaryPrimitives.ReadUInt64BigEndian(key);
        }

        ulong head = 0;
        for (var i = 0; i < key.Length; i++)
        {
            head |= (ulong)key[i] << (56 - (8 * i));
        }

        return head;
    }

    /// <summary>Compares keys whose heads are known.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int Compare(ulong leftHead, ReadOnlySpan<byte> left, ulong rightHead, ReadOnlySpan<byte> right) =>
        leftHead != rightHead ? (leftHead < rightHead ? -1 : 1) : left.SequenceCompareTo(right);
}
