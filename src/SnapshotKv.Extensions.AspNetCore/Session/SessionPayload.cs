using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Numerics;
using System.Text;
using System.Text.Unicode;

namespace SnapshotKv.Extensions.AspNetCore.Session;

/// <summary>The bytes of a session in the store; see <c>docs/formats/session.md</c>.</summary>
/// <remarks>
/// Numbers are big-endian, instants and spans are in ticks of 100 ns, instants in UTC from the year 1 on.
/// <code>
/// 1 byte    version of this layout: 1
/// 16 bytes  id of the session, in the order in which it is spelled
/// 8 bytes   instant of its creation
/// 8 bytes   instant of this writing
/// 8 bytes   idle timeout, -10000 (minus a millisecond) for none
/// 4 bytes   number of keys; then for each
///             2 bytes  length of the key
///             ...      the key in UTF-8
///             4 bytes  length of the value
///             ...      the value
/// 4 bytes   CRC-32C of all before it
/// </code>
/// </remarks>
internal static class SessionPayload
{
    public const byte CurrentVersion = 1;

    private const int IdBytes = 16;
    private const int HeaderBytes = 1 + IdBytes + (3 * sizeof(long)) + sizeof(int);
    private const int ChecksumBytes = sizeof(uint);

    /// <summary>The least that a key takes: two lengths and nothing else.</summary>
    private const int LeastKeyBytes = sizeof(ushort) + sizeof(int);

    public static byte[] Write(SessionContent content)
    {
        var bytes = new byte[checked(HeaderBytes + content.Values.Sum(pair => LeastKeyBytes + Encoding.UTF8.GetByteCount(pair.Key) + pair.Value.Length) + ChecksumBytes)];
        var writer = new Writer(bytes);
        writer.Next(1)[0] = CurrentVersion;
        content.Id.TryWriteBytes(writer.Next(IdBytes), bigEndian: true, out _);
        BinaryPrimitives.WriteInt64BigEndian(writer.Next(sizeof(long)), content.CreatedAt.UtcTicks);
        BinaryPrimitives.WriteInt64BigEndian(writer.Next(sizeof(long)), content.LastWrittenAt.UtcTicks);
        BinaryPrimitives.WriteInt64BigEndian(writer.Next(sizeof(long)), content.IdleTimeout.Ticks);
        BinaryPrimitives.WriteInt32BigEndian(writer.Next(sizeof(int)), content.Values.Count);
        foreach (var (key, value) in content.Values)
        {
            var keyBytes = Encoding.UTF8.GetByteCount(key);
            BinaryPrimitives.WriteUInt16BigEndian(writer.Next(sizeof(ushort)), checked((ushort)keyBytes));
            Encoding.UTF8.GetBytes(key, writer.Next(keyBytes));
            BinaryPrimitives.WriteInt32BigEndian(writer.Next(sizeof(int)), value.Length);
            value.CopyTo(writer.Next(value.Length));
        }

        BinaryPrimitives.WriteUInt32BigEndian(writer.Next(ChecksumBytes), Checksum(bytes.AsSpan(..^ChecksumBytes)));
        return bytes;
    }

    /// <summary>Reads a session. Whatever the bytes are, it neither throws nor allocates more than they could hold.</summary>
    /// <param name="bytes">The bytes; values are copied out of them.</param>
    /// <param name="content">The session.</param>
    /// <param name="fault">Why there is none; nothing of what is in the bytes.</param>
    public static bool TryRead(ReadOnlySpan<byte> bytes, [NotNullWhen(true)] out SessionContent? content, [NotNullWhen(false)] out string? fault)
    {
        content = null;
        fault = FindFault(bytes);
        if (fault is null && (content = Parse(bytes[1..^ChecksumBytes])) is null)
        {
            fault = "its parts do not fit together";
        }

        return content is not null;
    }

    private static string? FindFault(ReadOnlySpan<byte> bytes) =>
        bytes.IsEmpty ? "it is empty"
        : bytes[0] != CurrentVersion ? string.Create(CultureInfo.InvariantCulture, $"it has version {bytes[0]}, and this program reads version {CurrentVersion}")
        : bytes.Length < HeaderBytes + ChecksumBytes ? string.Create(CultureInfo.InvariantCulture, $"it has {bytes.Length} bytes, less than an empty session takes")
        : BinaryPrimitives.ReadUInt32BigEndian(bytes[^ChecksumBytes..]) != Checksum(bytes[..^ChecksumBytes]) ? "its checksum does not fit its bytes"
        : null;

    /// <summary>What lies between version and checksum; null when it is not whole, or more than a session.</summary>
    private static SessionContent? Parse(ReadOnlySpan<byte> rest)
    {
        var id = new Guid(Next(ref rest, IdBytes), bigEndian: true);
        var created = BinaryPrimitives.ReadInt64BigEndian(Next(ref rest, sizeof(long)));
        var written = BinaryPrimitives.ReadInt64BigEndian(Next(ref rest, sizeof(long)));
        var idle = TimeSpan.FromTicks(BinaryPrimitives.ReadInt64BigEndian(Next(ref rest, sizeof(long))));
        var count = BinaryPrimitives.ReadInt32BigEndian(Next(ref rest, sizeof(int)));
        if (!IsInstant(created) || !IsInstant(written) || count < 0 || count > rest.Length / LeastKeyBytes)
        {
            return null;
        }

        var values = new Dictionary<string, byte[]>(count, StringComparer.Ordinal);
        for (var i = 0; i < count; i++)
        {
            if (!TryReadPart(ref rest, sizeof(ushort), out var key) || !Utf8.IsValid(key) || !TryReadPart(ref rest, sizeof(int), out var value)
                || !values.TryAdd(Encoding.UTF8.GetString(key), value.ToArray()))
            {
                return null;
            }
        }

        return rest.IsEmpty
            ? new() { Id = id, CreatedAt = new(created, TimeSpan.Zero), LastWrittenAt = new(written, TimeSpan.Zero), IdleTimeout = idle, Values = values }
            : null;
    }

    /// <summary>Bytes with their length before them.</summary>
    private static bool TryReadPart(ref ReadOnlySpan<byte> rest, int lengthBytes, out ReadOnlySpan<byte> part)
    {
        part = default;
        if (rest.Length < lengthBytes)
        {
            return false;
        }

        var prefix = Next(ref rest, lengthBytes);
        var length = lengthBytes == sizeof(ushort) ? BinaryPrimitives.ReadUInt16BigEndian(prefix) : BinaryPrimitives.ReadInt32BigEndian(prefix);
        if (length < 0 || length > rest.Length)
        {
            return false;
        }

        part = Next(ref rest, length);
        return true;
    }

    private static ReadOnlySpan<byte> Next(ref ReadOnlySpan<byte> rest, int length)
    {
        var part = rest[..length];
        rest = rest[length..];
        return part;
    }

    private static bool IsInstant(long ticks) => ticks >= 0 && ticks <= DateTimeOffset.MaxValue.Ticks;

    private static uint Checksum(ReadOnlySpan<byte> bytes)
    {
        var sum = uint.MaxValue;
        while (bytes.Length >= sizeof(ulong))
        {
            sum = BitOperations.Crc32C(sum, BinaryPrimitives.ReadUInt64LittleEndian(bytes));
            bytes = bytes[sizeof(ulong)..];
        }

        foreach (var b in bytes)
        {
            sum = BitOperations.Crc32C(sum, b);
        }

        return ~sum;
    }

    private ref struct Writer(Span<byte> rest)
    {
        private Span<byte> _rest = rest;

        public Span<byte> Next(int length)
        {
            var part = _rest[..length];
            _rest = _rest[length..];
            return part;
        }
    }
}
