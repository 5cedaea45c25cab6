using System.Globalization;
using System.Numerics;
using SnapshotKv.MessagePack;

namespace SnapshotKv.Serialization.Formatters;

/// <summary>Integers, written in the shortest form and read from any: writers differ in the widths they choose.</summary>
/// <param name="asked">The type that messages name: an enum, or the integer itself.</param>
internal sealed class IntegerFormatter<T>(Type asked) : TypedFormatter<T>
    where T : struct, IBinaryInteger<T>, IMinMaxValue<T>
{
    public override void Write(ref MessagePackWriter writer, T value, int depth)
    {
        if (T.IsNegative(value))
        {
            writer.WriteInt64(long.CreateTruncating(value));
        }
        else
        {
            writer.WriteUInt64(ulong.CreateTruncating(value));
        }
    }

    public override T Read(ref MessagePackReader reader, int depth)
    {
        var start = reader.Offset;
        var token = reader.ReadHead();
        switch (token.Kind)
        {
            case MessagePackKind.UnsignedInteger when token.Bits <= ulong.CreateTruncating(T.MaxValue):
            case MessagePackKind.NegativeInteger when (long)token.Bits >= long.CreateTruncating(T.MinValue):
                return T.CreateTruncating(token.Bits);
            case MessagePackKind.UnsignedInteger:
                throw ValueErrors.Unfit($"the integer {token.Bits.ToString(CultureInfo.InvariantCulture)}", asked, start);
            case MessagePackKind.NegativeInteger:
                throw ValueErrors.Unfit($"the integer {((long)token.Bits).ToString(CultureInfo.InvariantCulture)}", asked, start);
            default:
                throw ValueErrors.Mismatch(token, asked, start);
        }
    }
}
