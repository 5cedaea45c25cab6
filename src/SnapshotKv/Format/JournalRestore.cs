using System.Buffers.Binary;
using System.Text;
using System.Text.Unicode;

namespace SnapshotKv.Format;

/// <summary>That the entries under a prefix were replaced by those of a snapshot, as it stands in the body of a frame: the file is named, not repeated.</summary>
/// <param name="Snapshot">The name of the snapshot's file. Not looked at here: who makes a path of it must know it for one.</param>
/// <param name="SizeBytes">The size of the file.</param>
/// <param name="Checksum">CRC-32C of the file.</param>
/// <param name="Instant">When it was restored, in Unix nanoseconds: what had expired by then was left out.</param>
/// <param name="Prefix">What the keys begin with; empty for all, those that are not UTF-8 too.</param>
/// <param name="Protected">Prefixes under it whose entries stayed as they were.</param>
/// <remarks>
/// <code>
///  0  i64  size of the snapshot's file
///  8  i64  the instant
/// 16  u32  CRC-32C of the file
/// 20  u32  length of the snapshot's name
/// 24  u32  length of the prefix
/// 28  u32  how many protected prefixes there are
/// 32       the name, the prefix, and for each protected prefix its u32 length and its bytes
/// </code>
/// All numbers are little-endian.
/// </remarks>
internal sealed record JournalRestore(string Snapshot, long SizeBytes, uint Checksum, long Instant, byte[] Prefix, IReadOnlyList<byte[]> Protected)
{
    public const int HeaderSize = 32;

    /// <summary>More than any name of a snapshot has.</summary>
    public const int LongestName = 255;

    /// <summary>The body of the frame.</summary>
    public byte[] ToBody()
    {
        var name = Encoding.ASCII.GetBytes(Snapshot);
        var body = new byte[HeaderSize + name.Length + Prefix.Length + Protected.Sum(one => sizeof(uint) + one.Length)];
        BinaryPrimitives.WriteInt64LittleEndian(body, SizeBytes);
        BinaryPrimitives.WriteInt64LittleEndian(body.AsSpan(8), Instant);
        BinaryPrimitives.WriteUInt32LittleEndian(body.AsSpan(16), Checksum);
        BinaryPrimitives.WriteUInt32LittleEndian(body.AsSpan(20), (uint)name.Length);
        BinaryPrimitives.WriteUInt32LittleEndian(body.AsSpan(24), (uint)Prefix.Length);
        BinaryPrimitives.WriteUInt32LittleEndian(body.AsSpan(28), (uint)Protected.Count);
        var rest = body.AsSpan(HeaderSize);
        Take(ref rest, name);
        Take(ref rest, Prefix);
        foreach (var one in Protected)
        {
            BinaryPrimitives.WriteUInt32LittleEndian(rest, (uint)one.Length);
            rest = rest[sizeof(uint)..];
            Take(ref rest, one);
        }

        return body;
    }

    /// <summary>Reads a body.</summary>
    /// <exception cref="JournalDamageException">It is none.</exception>
    public static JournalRestore Read(ReadOnlySpan<byte> body)
    {
        if (body.Length < HeaderSize)
        {
            throw new JournalDamageException($"the {body.Length} bytes of a restore are too few for one");
        }

        var size = BinaryPrimitives.ReadInt64LittleEndian(body);
        var count = BinaryPrimitives.ReadUInt32LittleEndian(body[28..]);
        var rest = body[HeaderSize..];
        var name = TakeName(ref rest, BinaryPrimitives.ReadUInt32LittleEndian(body[20..]));
        var prefix = TakeKey(ref rest, BinaryPrimitives.ReadUInt32LittleEndian(body[24..]));

        // Each takes four bytes at least, so that what is merely claimed costs nothing.
        if (count > rest.Length / sizeof(uint) || count > HistoryDocument.MostPrefixes)
        {
            throw new JournalDamageException($"a restore claims {count} protected prefixes, more than the {HistoryDocument.MostPrefixes} there may be, or than its {rest.Length} bytes have room for");
        }

        var spared = new byte[count][];
        foreach (ref var one in spared.AsSpan())
        {
            one = TakeProtected(ref rest);
        }

        if (!rest.IsEmpty || size < 0)
        {
            throw new JournalDamageException($"a restore of a snapshot of {size} bytes has {rest.Length} bytes behind its end");
        }

        return new(name, size, BinaryPrimitives.ReadUInt32LittleEndian(body[16..]), BinaryPrimitives.ReadInt64LittleEndian(body[8..]), prefix, spared);
    }

    private static void Take(ref Span<byte> rest, ReadOnlySpan<byte> bytes)
    {
        bytes.CopyTo(rest);
        rest = rest[bytes.Length..];
    }

    private static string TakeName(ref ReadOnlySpan<byte> rest, uint length)
    {
        if (length is 0 or > LongestName || length > rest.Length || !Ascii.IsValid(rest[..(int)length]))
        {
            throw new JournalDamageException($"a restore names its snapshot with {length} bytes that are no name");
        }

        var name = Encoding.ASCII.GetString(rest[..(int)length]);
        rest = rest[(int)length..];
        return name;
    }

    private static byte[] TakeProtected(ref ReadOnlySpan<byte> rest)
    {
        if (rest.Length < sizeof(uint))
        {
            throw new JournalDamageException($"the last {rest.Length} bytes of a restore are too few for a protected prefix");
        }

        var length = BinaryPrimitives.ReadUInt32LittleEndian(rest);
        rest = rest[sizeof(uint)..];
        return TakeKey(ref rest, length);
    }

    private static byte[] TakeKey(ref ReadOnlySpan<byte> rest, uint length)
    {
        if (length > KvKey.MaxBytes || length > rest.Length || !Utf8.IsValid(rest[..(int)length]))
        {
            throw new JournalDamageException($"a restore has a prefix of {length} bytes that is none");
        }

        var key = rest[..(int)length].ToArray();
        rest = rest[(int)length..];
        return key;
    }
}
