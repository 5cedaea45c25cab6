using System.Text;
using SnapshotKv.MessagePack;

namespace SnapshotKv.Tests.Interop;

/// <summary>MessagePack values in the words of <c>eng/msgpack-differential.py</c>: kinds and all digits, whatever the widths.</summary>
internal static class WireText
{
    /// <summary>What the wire reader finds.</summary>
    public static string OfBytes(ReadOnlySpan<byte> bytes)
    {
        var reader = new MessagePackReader(bytes);
        var text = new StringBuilder();
        Describe(ref reader, text);
        reader.IsAtEnd.ShouldBeTrue();
        return text.ToString();
    }

    /// <summary>What a generated or an untyped value is, without the reader.</summary>
    public static string OfValue(object? value) => value switch
    {
        null => "nil",
        bool truth => truth ? "true" : "false",
        long or ulong => $"int {value}",
        float number => Float(number),
        double number => Float(number),
        string text => $"str {Convert.ToHexStringLower(Encoding.UTF8.GetBytes(text))}",
        WireString text => $"str {Convert.ToHexStringLower(text.Bytes)}",
        byte[] bytes => $"bin {Convert.ToHexStringLower(bytes)}",
        MessagePackTimestamp time => $"time {time.Seconds}.{time.Nanoseconds}",
        DateTimeOffset time => OfValue(MessagePackTimestamp.FromDateTimeOffset(time)),
        WireExtension extension => $"ext {extension.Type} {Convert.ToHexStringLower(extension.Payload)}",
        List<object?> items => $"[{string.Join(", ", items.Select(OfValue))}]",
        WireMap map => $"{{{string.Join(", ", map.Pairs.Select(pair => $"{OfValue(pair.Key)}: {OfValue(pair.Value)}"))}}}",
        Dictionary<string, object?> map => $"{{{string.Join(", ", map.Select(pair => $"{OfValue(pair.Key)}: {OfValue(pair.Value)}"))}}}",
        _ => throw new ArgumentOutOfRangeException(nameof(value), value.GetType(), "There are no words for it."),
    };

    private static void Describe(ref MessagePackReader reader, StringBuilder text)
    {
        switch (reader.NextKind)
        {
            case MessagePackKind.Nil:
                reader.TryReadNil().ShouldBeTrue();
                text.Append("nil");
                break;
            case MessagePackKind.Boolean:
                text.Append(reader.ReadBoolean() ? "true" : "false");
                break;
            case MessagePackKind.UnsignedInteger:
                text.Append("int ").Append(reader.ReadUInt64());
                break;
            case MessagePackKind.NegativeInteger:
                text.Append("int ").Append(reader.ReadInt64());
                break;
            case MessagePackKind.Float32:
            case MessagePackKind.Float64:
                text.Append(Float(reader.ReadDouble()));
                break;
            case MessagePackKind.String:
                text.Append("str ").Append(Convert.ToHexStringLower(reader.ReadStringBytes()));
                break;
            case MessagePackKind.Binary:
                text.Append("bin ").Append(Convert.ToHexStringLower(reader.ReadBinary()));
                break;
            case MessagePackKind.Array:
                DescribeArray(ref reader, text);
                break;
            case MessagePackKind.Map:
                DescribeMap(ref reader, text);
                break;
            default:
                DescribeExtension(ref reader, text);
                break;
        }
    }

    private static void DescribeArray(ref MessagePackReader reader, StringBuilder text)
    {
        text.Append('[');
        var count = reader.ReadArrayHead();
        for (var i = 0; i < count; i++)
        {
            text.Append(i == 0 ? "" : ", ");
            Describe(ref reader, text);
        }

        text.Append(']');
    }

    private static void DescribeMap(ref MessagePackReader reader, StringBuilder text)
    {
        text.Append('{');
        var count = reader.ReadMapHead();
        for (var i = 0; i < count; i++)
        {
            text.Append(i == 0 ? "" : ", ");
            Describe(ref reader, text);
            text.Append(": ");
            Describe(ref reader, text);
        }

        text.Append('}');
    }

    private static void DescribeExtension(ref MessagePackReader reader, StringBuilder text)
    {
        if (reader.Peek().ExtensionType == MessagePackTimestamp.ExtensionType)
        {
            text.Append(OfValue(reader.ReadTimestamp()));
            return;
        }

        var payload = reader.ReadExtension(out var type);
        text.Append("ext ").Append(type).Append(' ').Append(Convert.ToHexStringLower(payload));
    }

    private static string Float(double value) => double.IsNaN(value) ? "float nan" : $"float {BitConverter.DoubleToUInt64Bits(value):x16}";
}
