using System.Globalization;
using SnapshotKv.MessagePack;

namespace SnapshotKv.Serialization.Formatters;

/// <summary>
/// DateTime: an instant (UTC or local) as a timestamp, read back in UTC; a time without a zone as the ISO 8601 text that JSON has for it, since
/// it is no instant.
/// </summary>
internal sealed class DateTimeFormatter : TypedFormatter<DateTime>
{
    public override void Write(ref MessagePackWriter writer, DateTime value, int depth)
    {
        if (value.Kind == DateTimeKind.Unspecified)
        {
            const int LongestText = 32;
            Span<byte> text = stackalloc byte[LongestText];
            value.TryFormat(text, out var written, "yyyy-MM-ddTHH:mm:ss.FFFFFFF", CultureInfo.InvariantCulture);
            writer.WriteString(text[..written]);
        }
        else
        {
            writer.WriteTimestamp(MessagePackTimestamp.FromDateTimeOffset(new DateTimeOffset(value.ToUniversalTime())));
        }
    }

    public override DateTime Read(ref MessagePackReader reader, int depth) => reader.NextKind == MessagePackKind.String
        ? IsoText.ReadDateTime(ref reader)
        : ValueErrors.ReadInstant(ref reader, typeof(DateTime)).UtcDateTime;
}
