using SnapshotKv.MessagePack;

namespace SnapshotKv.Serialization.Formatters;

internal sealed class NullableFormatter<T>(TypedFormatter<T> inner) : TypedFormatter<T?>
    where T : struct
{
    public override void Write(ref MessagePackWriter writer, T? value, int depth)
    {
        if (value is { } present)
        {
            inner.Write(ref writer, present, depth);
        }
        else
        {
            writer.WriteNil();
        }
    }

    public override T? Read(ref MessagePackReader reader, int depth) => reader.TryReadNil() ? null : inner.Read(ref reader, depth);
}
