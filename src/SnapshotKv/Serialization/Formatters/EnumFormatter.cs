using System.Globalization;
using SnapshotKv.MessagePack;

namespace SnapshotKv.Serialization.Formatters;

/// <summary>Enums as the integers they are.</summary>
internal sealed class EnumFormatter(Type type) : Formatter
{
    private readonly Type _underlying = Enum.GetUnderlyingType(type);

    private readonly Formatter _integer = Type.GetTypeCode(type) switch
    {
        TypeCode.SByte => new IntegerFormatter<sbyte>(type),
        TypeCode.Byte => new IntegerFormatter<byte>(type),
        TypeCode.Int16 => new IntegerFormatter<short>(type),
        TypeCode.UInt16 => new IntegerFormatter<ushort>(type),
        TypeCode.UInt32 => new IntegerFormatter<uint>(type),
        TypeCode.Int64 => new IntegerFormatter<long>(type),
        TypeCode.UInt64 => new IntegerFormatter<ulong>(type),
        _ => new IntegerFormatter<int>(type),
    };

    public override void WriteObject(ref MessagePackWriter writer, object? value, int depth) =>
        _integer.WriteObject(ref writer, Convert.ChangeType(value, _underlying, CultureInfo.InvariantCulture), depth);

    public override object? ReadObject(ref MessagePackReader reader, int depth) => Enum.ToObject(type, _integer.ReadObject(ref reader, depth)!);
}
