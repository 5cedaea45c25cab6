using SnapshotKv.MessagePack;

namespace SnapshotKv.Serialization.Formatters;

internal sealed class StringFormatter : TypedFormatter<string>
{
    public override void Write(ref MessagePackWriter writer, string? value, int depth)
    {
        if (value is null)
        {
            writer.WriteNil();
        }
        else
        {
            ValueErrors.WriteText(ref writer, value);
        }
    }

    public override string? Read(ref MessagePackReader reader, int depth) =>
        reader.TryReadNil() ? null : ValueErrors.ReadText(ref reader, typeof(string));
}
