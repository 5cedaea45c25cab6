using System.Globalization;
using SnapshotKv.MessagePack;

namespace SnapshotKv.Serialization.Formatters;

/// <summary>Enums as the integers they are.</summary>
internal sealed class EnumFormatter(Type type) : Formatter
{
    private readonly Type _underlying = Enum.GetUnderlyingType(type);
    private readonly Formatter _integer = KnownFormatters.Find(Enum.GetUnderlyingType(type))!;

    public override void WriteObject(ref MessagePackWriter writer, object? value, int depth) =>
        _integer.WriteObject(ref writer, Convert.ChangeType(value, _underlying, CultureInfo.InvariantCulture), depth);

    public override object? ReadObject(ref MessagePackReader reader, int depth) => Enum.ToObject(type, _integer.ReadObject(ref reader, depth)!);
}
