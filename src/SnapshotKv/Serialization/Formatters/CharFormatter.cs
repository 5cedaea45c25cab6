using SnapshotKv.MessagePack;

namespace SnapshotKv.Serialization.Formatters;

/// <summary>Char, as text of that one character.</summary>
internal sealed class CharFormatter : TypedFormatter<char>
{
    public override void Write(ref MessagePackWriter writer, char value, int depth) => ValueErrors.WriteText(ref writer, [value]);

    public override char Read(ref MessagePackReader reader, int depth)
    {
        var start = reader.Offset;
        return ValueErrors.ReadText(ref reader, typeof(char)) is [var value]
            ? value
            : throw ValueErrors.Unfit("text that is not one character", typeof(char), start);
    }
}
