using SnapshotKv.MessagePack;

namespace SnapshotKv.Serialization.Formatters;

/// <summary>Nullable structs that are not known beforehand. Boxed, one is either null or the struct itself.</summary>
internal sealed class ContractNullableFormatter(Formatter inner) : Formatter
{
    public override void WriteObject(ref MessagePackWriter writer, object? value, int depth)
    {
        if (value is null)
        {
            writer.WriteNil();
        }
        else
        {
            inner.WriteObject(ref writer, value, depth);
        }
    }

    public override object? ReadObject(ref MessagePackReader reader, int depth) => reader.TryReadNil() ? null : inner.ReadObject(ref reader, depth);
}
