using System.Globalization;
using SnapshotKv.MessagePack;

namespace SnapshotKv.Serialization.Formatters;

/// <summary>Decimal, written as text since no float holds it exactly; read from text, integers, and floats that it holds exactly.</summary>
internal sealed class DecimalFormatter : TypedFormatter<decimal>
{
    private const NumberStyles Style = NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint;

    public override void Write(ref MessagePackWriter writer, decimal value, int depth)
    {
        const int LongestDecimal = 32;
        Span<byte> text = stackalloc byte[LongestDecimal];
        value.TryFormat(text, out var written, default, CultureInfo.InvariantCulture);
        writer.WriteString(text[..written]);
    }

    public override decimal Read(ref MessagePackReader reader, int depth)
    {
        var start = reader.Offset;
        var token = reader.Peek();
        switch (token.Kind)
        {
            case MessagePackKind.String:
                return decimal.TryParse(reader.ReadStringBytes(), Style, CultureInfo.InvariantCulture, out var value)
                    ? value
                    : throw ValueErrors.Unfit("text", typeof(decimal), start);
            case MessagePackKind.UnsignedInteger:
                return reader.ReadUInt64();
            case MessagePackKind.NegativeInteger:
                return reader.ReadInt64();
            case MessagePackKind.Float32:
            case MessagePackKind.Float64:
                return FromDouble(reader.ReadDouble(), start);
            default:
                throw ValueErrors.Mismatch(token, typeof(decimal), start);
        }
    }

    private static decimal FromDouble(double value, int start)
    {
        // Beyond it a conversion overflows.
        const double Limit = 7.9e28;
        if (Math.Abs(value) < Limit && (double)(decimal)value == value)
        {
            return (decimal)value;
        }

        throw ValueErrors.Unfit($"the number {value.ToString(CultureInfo.InvariantCulture)}", typeof(decimal), start);
    }
}
