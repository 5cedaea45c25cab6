using System.Buffers;
using System.Buffers.Binary;
using System.Text;
using System.Text.Unicode;

namespace SnapshotKv.Format;

/// <summary>That a serializer has claimed a prefix, or that the claims on it and all under it were given up; as it stands in the body of a frame.</summary>
/// <remarks>
/// <code>
///  0  u32  length of the prefix in UTF-8
///  4  u32  length of the serializer's name in UTF-8; 0 when the claims are given up
///  8       the prefix, the name, then zeros up to a multiple of eight
/// </code>
/// </remarks>
internal static class JournalClaim
{
    public const int HeaderSize = 8;

    /// <param name="writer">Where to.</param>
    /// <param name="prefix">The prefix.</param>
    /// <param name="name">The serializer; null when the claims are given up.</param>
    public static void Write(IBufferWriter<byte> writer, string prefix, string? name)
    {
        var (prefixLength, nameLength) = (Encoding.UTF8.GetByteCount(prefix), name is null ? 0 : Encoding.UTF8.GetByteCount(name));
        var size = (HeaderSize + prefixLength + nameLength + 7) & ~7;
        var target = writer.GetSpan(size)[..size];
        target.Clear();
        BinaryPrimitives.WriteUInt32LittleEndian(target, (uint)prefixLength);
        BinaryPrimitives.WriteUInt32LittleEndian(target[4..], (uint)nameLength);
        Encoding.UTF8.GetBytes(prefix, target[HeaderSize..]);
        Encoding.UTF8.GetBytes(name, target[(HeaderSize + prefixLength)..]);
        writer.Advance(size);
    }

    /// <summary>Takes the first claim of what is left of a body.</summary>
    /// <param name="rest">What is left; behind the claim when it returns.</param>
    /// <param name="name">The serializer; null when the claims are given up.</param>
    /// <returns>The prefix.</returns>
    /// <exception cref="JournalDamageException">There is no claim.</exception>
    public static string Read(ref ReadOnlySpan<byte> rest, out string? name)
    {
        if (rest.Length < HeaderSize)
        {
            throw new JournalDamageException($"the last {rest.Length} bytes of a note are too few for a claim");
        }

        var prefixLength = BinaryPrimitives.ReadUInt32LittleEndian(rest);
        var nameLength = BinaryPrimitives.ReadUInt32LittleEndian(rest[4..]);
        var size = (HeaderSize + (long)prefixLength + nameLength + 7) & ~7L;
        if (prefixLength > KvKey.MaxBytes || nameLength > KvKey.MaxBytes || size > rest.Length)
        {
            throw new JournalDamageException($"a claim has {prefixLength} bytes of prefix and {nameLength} of name, more than its note has left or than {KvKey.MaxBytes}");
        }

        var text = rest.Slice(HeaderSize, (int)(prefixLength + nameLength));
        if (!Utf8.IsValid(text[..(int)prefixLength]) || !Utf8.IsValid(text[(int)prefixLength..]))
        {
            throw new JournalDamageException("the prefix or the name of a claim is not UTF-8");
        }

        name = nameLength == 0 ? null : Encoding.UTF8.GetString(text[(int)prefixLength..]);
        rest = rest[(int)size..];
        return Encoding.UTF8.GetString(text[..(int)prefixLength]);
    }
}
