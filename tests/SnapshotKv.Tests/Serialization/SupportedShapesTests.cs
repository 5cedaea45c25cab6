using System.Collections.Immutable;
using System.Text.Json.Nodes;
using SnapshotKv.Serialization;
using static SnapshotKv.Tests.Serialization.Shapes;

namespace SnapshotKv.Tests.Serialization;

/// <summary>The table of docs/formats/values.md: each shape goes through each format and comes back as it was.</summary>
public sealed class SupportedShapesTests
{
    private static readonly DateTime Utc = new(2026, 3, 1, 14, 30, 22, 123, 456, DateTimeKind.Utc);

    private static readonly Plain Small = new()
    {
        Number = 42,
        Name = "Ada",
        Mail = "ada@example.com",
        Ticks = 1L << 40,
        Active = true,
        Score = 0.1,
        Tags = ["a", "ü", ""],
    };

    public static TheoryData<ShapeCase, KvFormat> Cases()
    {
        var data = new TheoryData<ShapeCase, KvFormat>();
        foreach (var shape in All())
        {
            data.Add(shape, KvFormat.MessagePack);
            data.Add(shape, KvFormat.Json);
        }

        return data;
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Deserialize_OfWhatSerializeWrote_GivesTheSame(ShapeCase shape, KvFormat format)
    {
        var (expected, actual) = shape.RoundTrip(f => KvSerializers.Create(f, null), format);

        actual.ShouldBe(expected);
    }

    private static IEnumerable<ShapeCase> All() => [.. Scalars(), .. Instants(), .. Collections(), .. Classes()];

    private static IEnumerable<ShapeCase> Scalars() =>
    [
        ShapeCase.Of("bool", true),
        ShapeCase.Of("bool false", false),
        ShapeCase.Of("byte", byte.MaxValue),
        ShapeCase.Of("sbyte", sbyte.MinValue),
        ShapeCase.Of("short", short.MinValue),
        ShapeCase.Of("ushort", ushort.MaxValue),
        ShapeCase.Of("int", int.MinValue),
        ShapeCase.Of("uint", uint.MaxValue),
        ShapeCase.Of("long", long.MinValue),
        ShapeCase.Of("long max", long.MaxValue),
        ShapeCase.Of("ulong", ulong.MaxValue),
        ShapeCase.Of("float", 0.1f),
        ShapeCase.Of("float large", 1E+08f),
        ShapeCase.Of("double", 0.1),
        ShapeCase.Of("double max", double.MaxValue),
        ShapeCase.Of("double minus zero", -0.0),
        ShapeCase.Of("decimal", 79228162514264337593543950335m),
        ShapeCase.Of("decimal with scale", -1.10m),
        ShapeCase.Of("char", 'ü'),
        ShapeCase.Of("string", "grüße \ud83d\ude00 <\"\\>\u2028\0"),
        ShapeCase.Of("string empty", ""),
        ShapeCase.Of<string?>("string null", null),
        ShapeCase.Of("byte[]", new byte[] { 0, 1, 0xff }),
        ShapeCase.Of("byte[] empty", Array.Empty<byte>()),
        ShapeCase.Of<byte[]?>("byte[] null", null),
        ShapeCase.Of("Memory<byte>", new Memory<byte>([1, 2])),
        ShapeCase.Of("ReadOnlyMemory<byte>", new ReadOnlyMemory<byte>([1, 2])),
        ShapeCase.Of("Guid", Guid.Parse("00112233-4455-6677-8899-aabbccddeeff")),
        ShapeCase.Of("Uri", new Uri("https://example.com/ü?q=1")),
        ShapeCase.Of("Version", new Version(1, 2, 3, 4)),
        ShapeCase.Of("enum", Color.Blue),
        ShapeCase.Of("enum undefined", (Color)7),
        ShapeCase.Of("enum of long", Depth.Abyss),
        ShapeCase.Of("enum as text", Spelled.One),
        ShapeCase.Of<int?>("int?", 5),
        ShapeCase.Of<int?>("int? null", null),
        ShapeCase.Of<Color?>("enum?", Color.Red),
        ShapeCase.Of<Color?>("enum? null", null),
        ShapeCase.Of("Int128", Int128.MaxValue),
        ShapeCase.Of("Half", (Half)1.5),
    ];

    private static IEnumerable<ShapeCase> Instants() =>
    [
        ShapeCase.Of("DateTime utc", Utc),
        ShapeCase.Of("DateTime unspecified", DateTime.SpecifyKind(Utc, DateTimeKind.Unspecified)),
        ShapeCase.Of("DateTime min", DateTime.MinValue),
        ShapeCase.Of("DateTime max utc", DateTime.SpecifyKind(DateTime.MaxValue, DateTimeKind.Utc)),
        ShapeCase.Of("DateTimeOffset", new DateTimeOffset(2026, 3, 1, 14, 30, 22, 123, TimeSpan.FromHours(5.5))),
        ShapeCase.Of("DateTimeOffset min", DateTimeOffset.MinValue),
        ShapeCase.Of("DateTimeOffset max", DateTimeOffset.MaxValue),
        ShapeCase.Of("DateTimeOffset before 1970", DateTimeOffset.UnixEpoch.AddTicks(-1)),
        ShapeCase.Of("DateOnly", new DateOnly(2026, 2, 28)),
        ShapeCase.Of("TimeOnly", new TimeOnly(23, 59, 59, 999, 999)),
        ShapeCase.Of("TimeOnly of whole seconds", new TimeOnly(12, 0, 0)),
        ShapeCase.Of("TimeSpan", TimeSpan.FromTicks(-123456789)),
        ShapeCase.Of("TimeSpan max", TimeSpan.MaxValue),
        ShapeCase.Of("TimeSpan min", TimeSpan.MinValue),
        ShapeCase.Of("TimeSpan of 292 years", TimeSpan.FromTicks(long.MaxValue / 100)),
        ShapeCase.Of("TimeSpan beyond 292 years", TimeSpan.FromTicks((long.MaxValue / 100) + 1)),
    ];

    private static IEnumerable<ShapeCase> Collections() =>
    [
        ShapeCase.Of("int[]", Enumerable.Range(-300, 600).ToArray()),
        ShapeCase.Of("int[] empty", Array.Empty<int>()),
        ShapeCase.Of("string[]", new[] { "a", null, "" }),
        ShapeCase.Of("byte[][]", new byte[]?[] { [1], null, [] }),
        ShapeCase.Of("int[][]", new int[]?[] { [1, 2], null, [] }),
        ShapeCase.Of("int?[]", new int?[] { 1, null }),
        ShapeCase.Of("enum[]", new[] { Depth.Abyss }),
        ShapeCase.Of("List<Guid>", new List<Guid> { Guid.Empty }),
        ShapeCase.Of("List<List<int>>", new List<List<int>> { new() { 1 }, new() }),
        ShapeCase.Of("IReadOnlyList<int>", (IReadOnlyList<int>)[1, 2], new List<int> { 1, 2 }),
        ShapeCase.Of("IEnumerable<string>", (IEnumerable<string>)["a"], new List<string> { "a" }),
        ShapeCase.Of("HashSet<int>", new HashSet<int> { 3, 1 }),
        ShapeCase.Of("ImmutableArray<int>", ImmutableArray.Create(1, 2)),
        ShapeCase.Of("ImmutableDictionary", ImmutableDictionary<string, int>.Empty.Add("a", 1)),
        ShapeCase.Of("Dictionary<string, int>", new Dictionary<string, int> { ["ü"] = 1, [""] = 2 }),
        ShapeCase.Of("Dictionary<string, List<double>>", new Dictionary<string, List<double>> { ["a"] = [1, 0.5] }),
        ShapeCase.Of("Dictionary<int, string>", new Dictionary<int, string> { [-1] = "a", [2] = "b" }),
        ShapeCase.Of("Dictionary<Guid, bool>", new Dictionary<Guid, bool> { [Guid.Empty] = true }),
        ShapeCase.Of("SortedDictionary<string, int>", new SortedDictionary<string, int> { ["b"] = 1, ["a"] = 2 }),
        ShapeCase.Of("KeyValuePair", KeyValuePair.Create("a", 1)),
        ShapeCase.Of<object?>("object null", null),
        ShapeCase.Of<object>("object string", "text"),
        ShapeCase.Of<object>("object int", 5, 5L),
        ShapeCase.Of<object>("object ulong", ulong.MaxValue),
        ShapeCase.Of<object>("object double", -0.0),
        ShapeCase.Of(
            "List<object?>",
            new List<object?> { null, true, 1L, 1.5, "x", new List<object?> { 2L }, new Dictionary<string, object?> { ["k"] = null } }),
        ShapeCase.Of("Dictionary<string, object?>", new Dictionary<string, object?> { ["a"] = 1L, ["b"] = new List<object?> { "c" } }),
    ];

    private static IEnumerable<ShapeCase> Classes() =>
    [
        ShapeCase.Of("class", Small),
        ShapeCase.Of<Plain?>("class null", null),
        ShapeCase.Of("class of defaults", new Plain()),
        ShapeCase.Of("class[]", new[] { Small, null }),
        ShapeCase.Of("List of class", new List<Plain> { Small }),
        ShapeCase.Of("Dictionary of class", new Dictionary<string, Plain> { ["a"] = Small }),
        ShapeCase.Of("class of defaults, nested", new Nested()),
        ShapeCase.Of("class, nested", CreateNested()),
        ShapeCase.Of("class with attributes", new Renamed { Value = 3, Hidden = 9 }, new Renamed { Value = 3 }),
        ShapeCase.Of("class with attributes, all written", new Renamed { Value = 3, Optional = "x" }),
        ShapeCase.Of("class with required member", new Required { Name = "n", Age = 4 }),
        ShapeCase.Of("class with init-only members", new InitOnly { A = 1, B = "b" }),
        ShapeCase.Of("record", new Person("Ada", 36, Utc, [1, 2], 12.30m, TimeSpan.FromHours(8))),
        ShapeCase.Of("struct", new Point { X = 1, Y = -1 }),
        ShapeCase.Of<Point?>("struct?", new Point { X = 1, Y = -1 }),
        ShapeCase.Of<Point?>("struct? null", null),
        ShapeCase.Of<Base>("derived as its base", new Derived { Size = 3, Extra = "lost" }, new Base { Size = 3 }),
        ShapeCase.Of<Figure>("polymorphic", new Circle { Radius = 0.25, Label = "c" }),
        ShapeCase.Of("polymorphic list", new List<Figure> { new Square { Side = 2 }, new Circle() }),
        ShapeCase.Of("tuple", Tuple.Create(1, "a")),
        ShapeCase.Of("anonymous", new { A = 1, B = "b", C = new[] { 1.5m } }),
        ShapeCase.Of("JsonNode", JsonNode.Parse("""{"a":[1,1.5,"x",null,{"b":true}]}""")!),
        ShapeCase.Of("class with collections", CreateWithCollections()),
    ];

    private static Nested CreateNested() => new()
    {
        Id = Guid.Parse("00112233-4455-6677-8899-aabbccddeeff"),
        At = new DateTimeOffset(Utc),
        Data = [1, 2, 3],
        Price = 9.990m,
        Color = Color.Blue,
        MaybeColor = Color.Red,
        Inner = Small,
        Items = [Small, new Plain()],
        Array = [Small],
        ByName = new() { ["x"] = Small },
        Child = new Nested { Price = 1, Child = new Nested() },
        Point = new Point { X = 5, Y = 6 },
        MaybePoint = new Point { X = -5 },
        Record = new Person("Ada", 36, Utc, [1, 2], 12.30m, TimeSpan.FromHours(8)),
        Anything = new List<object?> { 1L, "two" },
    };

    private static WithCollections CreateWithCollections() => new()
    {
        ReadOnly = new List<int> { 1, 2 },
        Sequence = new List<string> { "a" },
        Set = [5, 6],
        Immutable = [1, 2, 3],
        ByNumber = new() { [1] = "one" },
        Map = new Dictionary<string, int> { ["m"] = 1 },
        Jagged = [[1], []],
        Queue = new([1, 2]),
        Json = new JsonObject { ["a"] = 1.25 },
    };
}
