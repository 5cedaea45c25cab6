using System.Buffers.Binary;
using System.Security.Cryptography;

namespace SnapshotKv.Blobs;

/// <summary>Makes ids of blobs: UUIDs of version 7, each greater than the one before, whatever the clock does. Thread-safe.</summary>
/// <remarks>
/// RFC 9562, section 5.7, with the fraction of the millisecond in the 12 bits after the version (its method 3), as Go's ids have it:
/// <code>
/// 48 bits  Unix milliseconds
///  4 bits  version, 7
/// 12 bits  fraction of the millisecond; raised by one, with a carry into the milliseconds, where the clock has not moved or has gone back
///  2 bits  variant, binary 10
/// 62 bits  random
/// </code>
/// </remarks>
/// <param name="timeProvider">The clock.</param>
/// <param name="random">Where the last 62 bits come from.</param>
internal sealed class BlobIdGenerator(TimeProvider timeProvider, RandomNumberGenerator random)
{
    private const int FractionBits = 12;

    private readonly Lock _gate = new();
    private long _last;

    public BlobId Next()
    {
        var now = timeProvider.GetUtcNow();
        var stamp = Math.Max(0, now.ToUnixTimeMilliseconds()) << FractionBits;
        stamp |= now.Ticks % TimeSpan.TicksPerMillisecond * (1 << FractionBits) / TimeSpan.TicksPerMillisecond;
        lock (_gate)
        {
            stamp = _last = Math.Max(stamp, _last + 1);
        }

        Span<byte> bytes = stackalloc byte[16];
        random.GetBytes(bytes[8..]);
        bytes[8] = (byte)(0x80 | (bytes[8] & 0x3f));
        BinaryPrimitives.WriteInt64BigEndian(bytes, ((stamp >> FractionBits) << 16) | 0x7000 | (stamp & ((1 << FractionBits) - 1)));
        return new(new Guid(bytes, bigEndian: true));
    }
}
