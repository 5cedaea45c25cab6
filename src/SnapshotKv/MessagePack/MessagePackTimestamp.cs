using System.Buffers.Binary;

namespace SnapshotKv.MessagePack;

/// <summary>An instant as MessagePack's extension -1 carries it: seconds since 1970 in UTC, and nanoseconds from 0 to 999,999,999.</summary>
/// <remarks>
/// Three layouts, big-endian: 4 bytes, u32 seconds; 8 bytes, u64 nanoseconds &lt;&lt; 34 | seconds; 12 bytes, u32 nanoseconds, i64 seconds.
/// The range of the last is wider than <see cref="DateTimeOffset"/>'s.
/// </remarks>
internal readonly record struct MessagePackTimestamp(long Seconds, uint Nanoseconds)
{
    public const sbyte ExtensionType = -1;

    private const uint NanosecondsPerSecond = 1_000_000_000;
    private const int NanosecondsPerTick = 100;

    public static MessagePackTimestamp FromDateTimeOffset(DateTimeOffset value)
    {
        var ticks = value.UtcTicks - DateTimeOffset.UnixEpoch.Ticks;
        var seconds = Math.DivRem(ticks, TimeSpan.TicksPerSecond, out var remainder);
        if (remainder < 0)
        {
            seconds--;
            remainder += TimeSpan.TicksPerSecond;
        }

        return new(seconds, (uint)(remainder * NanosecondsPerTick));
    }

    /// <summary>The instant in UTC, cut to 100 ns; false when it lies outside the years 1 to 9999.</summary>
    public bool TryGetDateTimeOffset(out DateTimeOffset value)
    {
        value = default;
        if (Seconds < DateTimeOffset.MinValue.ToUnixTimeSeconds() || Seconds > DateTimeOffset.MaxValue.ToUnixTimeSeconds())
        {
            return false;
        }

        value = DateTimeOffset.FromUnixTimeSeconds(Seconds).AddTicks(Nanoseconds / NanosecondsPerTick);
        return true;
    }

    /// <summary>Reads an extension's payload; false when it has another size, or more nanoseconds than a second has.</summary>
    public static bool TryRead(ReadOnlySpan<byte> payload, out MessagePackTimestamp timestamp)
    {
        timestamp = default;
        switch (payload.Length)
        {
            case 4:
                timestamp = new(BinaryPrimitives.ReadUInt32BigEndian(payload), 0);
                return true;
            case 8:
                var packed = BinaryPrimitives.ReadUInt64BigEndian(payload);
                timestamp = new((long)(packed & 0x3_ffff_ffff), (uint)(packed >> 34));
                break;
            case 12:
                timestamp = new(BinaryPrimitives.ReadInt64BigEndian(payload[4..]), BinaryPrimitives.ReadUInt32BigEndian(payload));
                break;
            default:
                return false;
        }

        return timestamp.Nanoseconds < NanosecondsPerSecond;
    }
}
