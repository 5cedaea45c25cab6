using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text.Json;

namespace SnapshotKv.Tests.Serialization;

/// <summary>Values that Go's snapshotkv wrote, with what they are, from the fixtures' expected.json.</summary>
internal static class GoValues
{
    /// <summary>The entries of a fixture's first readable snapshot whose bytes are given in full.</summary>
    public static IEnumerable<(string Key, byte[] Bytes, JsonElement? Value)> Of(string fixture, [CallerFilePath] string here = "")
    {
        var path = Path.Combine(Path.GetDirectoryName(here)!, "..", "..", "fixtures", fixture, "expected.json");
        using var document = JsonDocument.Parse(File.ReadAllBytes(path));
        foreach (var entry in document.RootElement.GetProperty("snapshots")[0].GetProperty("entries").EnumerateArray())
        {
            if (entry.TryGetProperty("valueHex", out var hex))
            {
                JsonElement? value = entry.TryGetProperty("value", out var described) ? described.Clone() : null;
                yield return (entry.GetProperty("key").GetString()!, Convert.FromHexString(hex.GetString()!), value);
            }
        }
    }

    /// <summary>The untyped value that a description stands for.</summary>
    public static object? Expected(JsonElement described) => described.GetProperty("type").GetString() switch
    {
        "nil" => null,
        "bool" => described.GetProperty("value").GetBoolean(),
        "int" => Integer(described.GetProperty("value").GetString()!),
        "float" => Float(described.GetProperty("bits").GetString()!),
        "str" => described.TryGetProperty("validUtf8", out _)
            ? Convert.FromHexString(described.GetProperty("hex").GetString()!)
            : described.GetProperty("value").GetString(),
        "bin" => Convert.FromHexString(described.GetProperty("hex").GetString()!),
        "time" => DateTimeOffset.FromUnixTimeSeconds(long.Parse(described.GetProperty("seconds").GetString()!, CultureInfo.InvariantCulture))
            .AddTicks(described.GetProperty("nanos").GetInt32() / 100),
        "array" => Items(described).ToList(),
        "map" => described.GetProperty("pairs").EnumerateArray()
            .ToDictionary(pair => pair.GetProperty("key").GetString()!, pair => Expected(pair.GetProperty("value")), StringComparer.Ordinal),
        var other => throw new InvalidDataException($"Unknown type {other} in a fixture."),
    };

    private static IEnumerable<object?> Items(JsonElement described) => described.TryGetProperty("items", out var items)
        ? items.EnumerateArray().Select(Expected)
        : Enumerable.Repeat(Expected(described.GetProperty("each")), described.GetProperty("count").GetInt32());

    private static object Integer(string text) => long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var value)
        ? value
        : ulong.Parse(text, CultureInfo.InvariantCulture);

    private static double Float(string bits) => bits.Length == 8
        ? BitConverter.UInt32BitsToSingle(uint.Parse(bits, NumberStyles.HexNumber, CultureInfo.InvariantCulture))
        : BitConverter.UInt64BitsToDouble(ulong.Parse(bits, NumberStyles.HexNumber, CultureInfo.InvariantCulture));
}
