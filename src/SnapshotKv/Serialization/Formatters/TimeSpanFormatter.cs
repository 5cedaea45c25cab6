using System.Globalization;
using SnapshotKv.MessagePack;

namespace SnapshotKv.Serialization.Formatters;

/// <summary>
/// TimeSpan as the integer of nanoseconds that Go's Duration is, read back cut to 100 ns; beyond what 64 bits of them hold (292 years) as the
/// text that JSON has for it.
/// </summary>
internal sealed class TimeSpanFormatter : TypedFormatter<TimeSpan>
{
    private const long LongestTicks = long.MaxValue / TimeSpan.NanosecondsPerTick;

    public override void Write(ref MessagePackWriter writer, TimeSpan value, int depth)
    {
        if (value.Ticks is >= -LongestTicks and <= LongestTicks)
        {
            writer.WriteInt64(value.Ticks * TimeSpan.NanosecondsPerTick);
            return;
        }

        const int LongestText = 32;
        Span<byte> text = stackalloc byte[LongestText];
        value.TryFormat(text, out var written, "c", CultureInfo.InvariantCulture);
        writer.WriteString(text[..written]);
    }

    public override TimeSpan Read(ref MessagePackReader reader, int depth)
    {
        var start = reader.Offset;
        var token = reader.Peek();
        switch (token.Kind)
        {
            case MessagePackKind.UnsignedInteger when token.Bits > long.MaxValue:
                throw ValueErrors.Unfit($"the integer {token.Bits.ToString(CultureInfo.InvariantCulture)}", typeof(TimeSpan), start);
            case MessagePackKind.UnsignedInteger:
            case MessagePackKind.NegativeInteger:
                return new(reader.ReadInt64() / TimeSpan.NanosecondsPerTick);
            case MessagePackKind.String:
                return TimeSpan.TryParseExact(ValueErrors.ReadText(ref reader, typeof(TimeSpan)), "c", CultureInfo.InvariantCulture, out var value)
                    ? value
                    : throw ValueErrors.Unfit("text", typeof(TimeSpan), start);
            default:
                throw ValueErrors.Mismatch(token, typeof(TimeSpan), start);
        }
    }
}
