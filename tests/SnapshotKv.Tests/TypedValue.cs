using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using SnapshotKv.MessagePack;

namespace SnapshotKv.Tests;

/// <summary>
/// A value as text that is the same for the typed values of <c>expected.json</c> and for the bytes they stand for, whatever the widths and the order
/// of maps. Made with nothing but the wire reader, so that it does not share the faults of what it checks.
/// </summary>
internal static class TypedValue
{
    private const int LongestInFull = 2048;

    public static string DescribeExpected(JsonObject value)
    {
        switch ((string)value["type"]!)
        {
            case "nil":
                return "nil";
            case "bool":
                return (bool)value["value"]! ? "true" : "false";
            case "int":
                return $"int {(string)value["value"]!}";
            case "float":
                return $"float {(string)value["bits"]!}";
            case "str":
            case "bin":
                return DescribeBytes((string)value["type"]!, value);
            case "time":
                return $"time {(string)value["seconds"]!}.{(int)value["nanos"]!}";
            case "array" when value["each"] is { } each:
                return Array(Enumerable.Repeat(DescribeExpected(each.AsObject()), (int)value["count"]!));
            case "array":
                return Array(value["items"]!.AsArray().Select(item => DescribeExpected(item!.AsObject())));
            default:
                return Map(value["pairs"]!.AsArray().Select(pair => (
                    (string?)pair!["keyHex"] ?? Convert.ToHexStringLower(Encoding.UTF8.GetBytes((string)pair["key"]!)),
                    DescribeExpected(pair["value"]!.AsObject()))));
        }
    }

    public static string DescribeMessagePack(ReadOnlySpan<byte> bytes)
    {
        var reader = new MessagePackReader(bytes);
        var text = Describe(ref reader);
        reader.IsAtEnd.ShouldBeTrue();
        return text;
    }

    public static string DescribeJson(ReadOnlySpan<byte> text) => Describe(JsonDocument.Parse(text.ToArray()).RootElement);

    private static string Describe(ref MessagePackReader reader)
    {
        switch (reader.NextKind)
        {
            case MessagePackKind.Nil:
                reader.TryReadNil().ShouldBeTrue();
                return "nil";
            case MessagePackKind.Boolean:
                return reader.ReadBoolean() ? "true" : "false";
            case MessagePackKind.UnsignedInteger:
                return $"int {reader.ReadUInt64()}";
            case MessagePackKind.NegativeInteger:
                return $"int {reader.ReadInt64()}";
            case MessagePackKind.Float32:
                return $"float {(uint)reader.ReadHead().Bits:x8}";
            case MessagePackKind.Float64:
                return $"float {reader.ReadHead().Bits:x16}";
            case MessagePackKind.String:
                return DescribeBytes("str", reader.ReadStringBytes());
            case MessagePackKind.Binary:
                return DescribeBytes("bin", reader.ReadBinary());
            case MessagePackKind.Array:
                var items = new string[reader.ReadArrayHead()];
                for (var i = 0; i < items.Length; i++)
                {
                    items[i] = Describe(ref reader);
                }

                return Array(items);
            case MessagePackKind.Map:
                var pairs = new (string, string)[reader.ReadMapHead()];
                for (var i = 0; i < pairs.Length; i++)
                {
                    var key = reader.TryReadNil() ? "" : Convert.ToHexStringLower(reader.ReadStringOrBinary());
                    pairs[i] = (key, Describe(ref reader));
                }

                return Map(pairs);
            default:
                var timestamp = reader.ReadTimestamp();
                return $"time {timestamp.Seconds}.{timestamp.Nanoseconds}";
        }
    }

    private static string Describe(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Null => "nil",
        JsonValueKind.True => "true",
        JsonValueKind.False => "false",
        JsonValueKind.Number => $"float {BitConverter.DoubleToUInt64Bits(value.GetDouble()):x16}",
        JsonValueKind.String => DescribeBytes("str", Encoding.UTF8.GetBytes(value.GetString()!)),
        JsonValueKind.Array => Array(value.EnumerateArray().Select(Describe)),
        _ => Map(value.EnumerateObject().Select(member => (Convert.ToHexStringLower(Encoding.UTF8.GetBytes(member.Name)), Describe(member.Value)))),
    };

    private static string DescribeBytes(string type, JsonObject value) => value["sha256"] is { } hash
        ? $"{type} {(int)value["size"]!} {(string)hash!}"
        : DescribeBytes(type, value["hex"] is { } hex ? Convert.FromHexString((string)hex!) : Encoding.UTF8.GetBytes((string)value["value"]!));

    private static string DescribeBytes(string type, ReadOnlySpan<byte> bytes) =>
        bytes.Length > LongestInFull ? $"{type} {bytes.Length} {Fixtures.Sha256(bytes)}" : $"{type} {Convert.ToHexStringLower(bytes)}";

    private static string Array(IEnumerable<string> items) => $"[{string.Join(", ", items)}]";

    // Of equal keys the last counts, as for Go.
    private static string Map(IEnumerable<(string Key, string Value)> pairs) =>
        $"{{{string.Join(", ", pairs.GroupBy(pair => pair.Key).OrderBy(group => group.Key, StringComparer.Ordinal).Select(group => $"{group.Key}: {group.Last().Value}"))}}}";
}
