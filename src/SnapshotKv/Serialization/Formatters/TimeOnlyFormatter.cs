using System.Globalization;
using SnapshotKv.MessagePack;

namespace SnapshotKv.Serialization.Formatters;

/// <summary>TimeOnly as ISO 8601 text, with as many digits of a second as it needs.</summary>
internal sealed class TimeOnlyFormatter : TypedFormatter<TimeOnly>
{
    private const string Format = "HH:mm:ss.FFFFFFF";

    public override void Write(ref MessagePackWriter writer, TimeOnly value, int depth) =>
        writer.WriteString(value.ToString(Format, CultureInfo.InvariantCulture));

    public override TimeOnly Read(ref MessagePackReader reader, int depth)
    {
        var start = reader.Offset;
        var text = ValueErrors.ReadText(ref reader, typeof(TimeOnly));
        return TimeOnly.TryParseExact(text, Format, CultureInfo.InvariantCulture, DateTimeStyles.None, out var value)
            ? value
            : throw ValueErrors.Unfit("text", typeof(TimeOnly), start);
    }
}
