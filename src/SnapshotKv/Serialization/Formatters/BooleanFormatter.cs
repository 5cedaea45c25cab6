using SnapshotKv.MessagePack;

namespace SnapshotKv.Serialization.Formatters;

internal sealed class BooleanFormatter : TypedFormatter<bool>
{
    public override void Write(ref MessagePackWriter writer, bool value, int depth) => writer.WriteBoolean(value);

    public override bool Read(ref MessagePackReader reader, int depth)
    {
        var start = reader.Offset;
        var token = reader.ReadHead();
        return token.Kind == MessagePackKind.Boolean ? token.Bits != 0 : throw ValueErrors.Mismatch(token, typeof(bool), start);
    }
}
