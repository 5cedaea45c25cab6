using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;

namespace SnapshotKv.Tests.Serialization;

/// <summary>The types that the shape tests store. What is compared is what <see cref="ShapeText"/> makes of a value.</summary>
public static class Shapes
{
    public enum Color : byte
    {
        Red = 1,
        Blue = 200,
    }

    public enum Depth : long
    {
        Abyss = long.MinValue,
    }

    [JsonConverter(typeof(JsonStringEnumConverter<Spelled>))]
    public enum Spelled
    {
        One = 1,
    }

    public sealed class Plain
    {
        public int Number { get; set; }

        public string? Name { get; set; }

        public string? Mail { get; set; }

        public long Ticks { get; set; }

        public bool Active { get; set; }

        public double Score { get; set; }

        public string[]? Tags { get; set; }
    }

    public sealed class Nested
    {
        public Guid Id { get; set; }

        public DateTimeOffset At { get; set; }

        public byte[]? Data { get; set; }

        public decimal Price { get; set; }

        public Color Color { get; set; }

        public Color? MaybeColor { get; set; }

        public Plain? Inner { get; set; }

        public List<Plain>? Items { get; set; }

        public Plain[]? Array { get; set; }

        public Dictionary<string, Plain>? ByName { get; set; }

        public Nested? Child { get; set; }

        public Point Point { get; set; }

        public Point? MaybePoint { get; set; }

        public Person? Record { get; set; }

        public object? Anything { get; set; }
    }

    public sealed class Renamed
    {
        [JsonPropertyName("other")]
        public int Value { get; set; }

        [JsonIgnore]
        public int Hidden { get; set; } = 7;

        [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
        public string? Optional { get; set; }

        public int Computed => Value * 2;
    }

    public sealed class Required
    {
        public required string Name { get; set; }

        public int Age { get; set; }
    }

    public sealed class InitOnly
    {
        public int A { get; init; }

        public string? B { get; init; }
    }

    public sealed record Person(string Name, int Age, DateTime Born, byte[] Photo, decimal Balance, TimeSpan Shift);

    public struct Point
    {
        public int X { get; set; }

        public int Y { get; set; }
    }

    public class Base
    {
        public int Size { get; set; }
    }

    public sealed class Derived : Base
    {
        public string? Extra { get; set; }
    }

    [JsonDerivedType(typeof(Circle), "circle")]
    [JsonDerivedType(typeof(Square), "square")]
    public abstract class Figure
    {
        public string? Label { get; set; }
    }

    public sealed class Circle : Figure
    {
        public double Radius { get; set; }
    }

    public sealed class Square : Figure
    {
        public double Side { get; set; }
    }

    public sealed class WithCollections
    {
        public IReadOnlyList<int>? ReadOnly { get; set; }

        public IEnumerable<string>? Sequence { get; set; }

        public HashSet<long>? Set { get; set; }

        public ImmutableArray<int> Immutable { get; set; }

        public Dictionary<int, string>? ByNumber { get; set; }

        public IDictionary<string, int>? Map { get; set; }

        public int[][]? Jagged { get; set; }

        public Queue<int>? Queue { get; set; }

        public JsonObject? Json { get; set; }
    }

    [JsonConverter(typeof(CelsiusConverter))]
    public readonly record struct Celsius(double Degrees);

    public sealed class CelsiusConverter : JsonConverter<Celsius>
    {
        public override Celsius Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
            new(double.Parse(reader.GetString()!.TrimEnd('C'), CultureInfo.InvariantCulture));

        public override void Write(Utf8JsonWriter writer, Celsius value, JsonSerializerOptions options) =>
            writer.WriteStringValue(string.Create(CultureInfo.InvariantCulture, $"{value.Degrees}C"));
    }

    public sealed class Weather
    {
        public Celsius Now { get; set; }

        public string? At { get; set; }
    }

    public sealed class WithField
    {
        [JsonInclude]
        [SuppressMessage("Design", "CA1051:Do not declare visible instance fields", Justification = "It is what is tested.")]
        public int Value;
    }

    public sealed class Node
    {
        public Node? Next { get; set; }
    }

    public sealed class Unregistered
    {
        public int Value { get; set; }
    }
}
