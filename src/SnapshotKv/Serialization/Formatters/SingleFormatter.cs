using System.Globalization;
using SnapshotKv.MessagePack;

namespace SnapshotKv.Serialization.Formatters;

/// <summary>Single, read from whatever <see cref="DoubleFormatter"/> reads, rounded; what is too large for it is refused.</summary>
internal sealed class SingleFormatter : TypedFormatter<float>
{
    public override void Write(ref MessagePackWriter writer, float value, int depth) => writer.WriteSingle(value);

    public override float Read(ref MessagePackReader reader, int depth)
    {
        var start = reader.Offset;
        var token = reader.Peek();
        if (token.Kind == MessagePackKind.Float32)
        {
            reader.ReadHead();
            return BitConverter.UInt32BitsToSingle((uint)token.Bits);
        }

        var wide = DoubleFormatter.Read(ref reader, typeof(float));
        var value = (float)wide;
        return float.IsInfinity(value) && !double.IsInfinity(wide)
            ? throw ValueErrors.Unfit($"the number {wide.ToString(CultureInfo.InvariantCulture)}", typeof(float), start)
            : value;
    }
}
