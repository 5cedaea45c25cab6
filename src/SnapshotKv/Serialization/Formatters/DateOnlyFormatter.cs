using System.Globalization;
using SnapshotKv.MessagePack;

namespace SnapshotKv.Serialization.Formatters;

/// <summary>DateOnly as ISO 8601 text.</summary>
internal sealed class DateOnlyFormatter : TypedFormatter<DateOnly>
{
    public override void Write(ref MessagePackWriter writer, DateOnly value, int depth) =>
        writer.WriteString(value.ToString("O", CultureInfo.InvariantCulture));

    public override DateOnly Read(ref MessagePackReader reader, int depth)
    {
        var start = reader.Offset;
        var text = ValueErrors.ReadText(ref reader, typeof(DateOnly));
        return DateOnly.TryParseExact(text, "O", CultureInfo.InvariantCulture, DateTimeStyles.None, out var value)
            ? value
            : throw ValueErrors.Unfit("text", typeof(DateOnly), start);
    }
}
