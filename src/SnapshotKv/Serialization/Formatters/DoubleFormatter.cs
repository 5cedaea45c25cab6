using SnapshotKv.MessagePack;

namespace SnapshotKv.Serialization.Formatters;

/// <summary>Double, read from floats of either width and from integers, as in JSON.</summary>
internal sealed class DoubleFormatter : TypedFormatter<double>
{
    public override void Write(ref MessagePackWriter writer, double value, int depth) => writer.WriteDouble(value);

    public override double Read(ref MessagePackReader reader, int depth) => Read(ref reader, typeof(double));

    internal static double Read(ref MessagePackReader reader, Type asked)
    {
        var start = reader.Offset;
        var token = reader.ReadHead();
        return token.Kind switch
        {
            MessagePackKind.Float64 => BitConverter.UInt64BitsToDouble(token.Bits),
            MessagePackKind.Float32 => BitConverter.UInt32BitsToSingle((uint)token.Bits),
            MessagePackKind.UnsignedInteger => token.Bits,
            MessagePackKind.NegativeInteger => (long)token.Bits,
            _ => throw ValueErrors.Mismatch(token, asked, start),
        };
    }
}
