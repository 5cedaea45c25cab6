using System.Collections;
using System.Globalization;
using System.Reflection;

namespace SnapshotKv.Tests.Serialization;

/// <summary>Spells a value out with types and all digits, so that two values can be compared by their text, whatever they are made of.</summary>
internal static class ShapeText
{
    public static string Of(object? value) => value switch
    {
        null => "null",
        string text => $"'{text}'",
        byte[] bytes => $"bytes {Convert.ToHexString(bytes)}",
        Memory<byte> memory => $"memory {Convert.ToHexString(memory.Span)}",
        ReadOnlyMemory<byte> memory => $"memory {Convert.ToHexString(memory.Span)}",
        double number => $"double {BitConverter.DoubleToInt64Bits(number):x16}",
        float number => $"float {BitConverter.SingleToInt32Bits(number):x8}",
        DateTime time => $"time {time.Ticks} {time.Kind}",
        DateTimeOffset time => $"instant {time.UtcTicks}",
        Uri or Version or Enum or IFormattable or bool or char => $"{value.GetType().Name} {Convert.ToString(value, CultureInfo.InvariantCulture)}",
        System.Text.Json.Nodes.JsonNode node => node.ToJsonString(),
        IDictionary map => $"{value.GetType().Name} {{{string.Join(", ", Pairs(map))}}}",
        IEnumerable items => $"{value.GetType().Name} [{string.Join(", ", items.Cast<object?>().Select(Of))}]",
        _ => $"{value.GetType().Name} ({string.Join(", ", Members(value))})",
    };

    private static IEnumerable<string> Pairs(IDictionary map) =>
        map.Keys.Cast<object>().Select(key => $"{Of(key)}: {Of(map[key])}").Order(StringComparer.Ordinal);

    private static IEnumerable<string> Members(object value) =>
    [
        .. value.GetType().GetProperties(BindingFlags.Public | BindingFlags.Instance)
            .Where(property => property.GetIndexParameters().Length == 0)
            .Select(property => $"{property.Name}={Of(property.GetValue(value))}"),
        .. value.GetType().GetFields(BindingFlags.Public | BindingFlags.Instance).Select(field => $"{field.Name}={Of(field.GetValue(value))}"),
    ];
}
