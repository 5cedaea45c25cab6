using SnapshotKv.MessagePack;

namespace SnapshotKv.Serialization.Formatters;

/// <summary>DateTimeOffset as a timestamp: the instant stays, the offset does not, as in Go. Text with an offset is read too.</summary>
internal sealed class DateTimeOffsetFormatter : TypedFormatter<DateTimeOffset>
{
    public override void Write(ref MessagePackWriter writer, DateTimeOffset value, int depth) =>
        writer.WriteTimestamp(MessagePackTimestamp.FromDateTimeOffset(value));

    public override DateTimeOffset Read(ref MessagePackReader reader, int depth) => reader.NextKind == MessagePackKind.String
        ? IsoText.ReadDateTimeOffset(ref reader)
        : ValueErrors.ReadInstant(ref reader, typeof(DateTimeOffset));
}
