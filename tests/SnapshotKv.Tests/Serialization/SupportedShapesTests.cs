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

    [Fact]
    public void Table_OfTheDocument_HasTheShapesOfTheTests()
    {
        var documented = ValuesTable.Rows().SelectMany(row => row.Shapes).ToList();

        documented.ShouldBeUnique();
        documented.Except(All().Select(shape => shape.Shape)).ShouldBeEmpty("docs/formats/values.md lists shapes that no case tests");
        All().Select(shape => shape.Shape).Except(documented).ShouldBeEmpty("cases test shapes that docs/formats/values.md does not list");
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Serialize_OfEachShape_HasAFormThatTheDocumentNames(ShapeCase shape, KvFormat format)
    {
        var row = ValuesTable.Rows().Single(row => row.Shapes.Contains(shape.Shape));
        var cell = format == KvFormat.Json ? row.Json : row.MessagePack;

        var form = ValuesTable.FormOf(format, shape.Serialize(KvSerializers.Create(format, null)));

        cell.Contains(form, StringComparison.Ordinal).ShouldBeTrue($"{shape} is {form} in {format}; the document says: {cell}");
    }

    private static IEnumerable<ShapeCase> All() => [.. Scalars(), .. Instants(), .. Collections(), .. Classes()];

    private static IEnumerable<ShapeCase> Scalars() =>
    [
        ShapeCase.Of("bool", true),
        ShapeCase.Of("bool: false", false),
        ShapeCase.Of("byte", byte.MaxValue),
        ShapeCase.Of("sbyte", sbyte.MinValue),
        ShapeCase.Of("short", short.MinValue),
        ShapeCase.Of("ushort", ushort.MaxValue),
        ShapeCase.Of("int", int.MinValue),
        ShapeCase.Of("uint", uint.MaxValue),
        ShapeCase.Of("long", long.MinValue),
        ShapeCase.Of("long: max", long.MaxValue),
        ShapeCase.Of("ulong", ulong.MaxValue),
        ShapeCase.Of("float", 0.1f),
        ShapeCase.Of("float: large", 1E+08f),
        ShapeCase.Of("double", 0.1),
        ShapeCase.Of("double: max", double.MaxValue),
        ShapeCase.Of("double: minus zero", -0.0),
        ShapeCase.Of("decimal", 79228162514264337593543950335m),
        ShapeCase.Of("decimal: with scale", -1.10m),
        ShapeCase.Of("char", 'ü'),
        ShapeCase.Of("string", "grüße \ud83d\ude00 <\"\\>\u2028\0"),
        ShapeCase.Of("string: empty", ""),
        ShapeCase.Of<string?>("null: string", null),
        ShapeCase.Of("byte[]", new byte[] { 0, 1, 0xff }),
        ShapeCase.Of("byte[]: empty", Array.Empty<byte>()),
        ShapeCase.Of<byte[]?>("null: byte[]", null),
        ShapeCase.Of("Memory<byte>", new Memory<byte>([1, 2])),
        ShapeCase.Of("ReadOnlyMemory<byte>", new ReadOnlyMemory<byte>([1, 2])),
        ShapeCase.Of("Guid", Guid.Parse("00112233-4455-6677-8899-aabbccddeeff")),
        ShapeCase.Of("Uri", new Uri("https://example.com/ü?q=1")),
        ShapeCase.Of("Version", new Version(1, 2, 3, 4)),
        ShapeCase.Of("enum", Color.Blue),
        ShapeCase.Of("enum: undefined", (Color)7),
        ShapeCase.Of("enum: of long", Depth.Abyss),
        ShapeCase.Of("enum written as text", Spelled.One),
        ShapeCase.Of<int?>("Nullable<T>", 5),
        ShapeCase.Of<int?>("null: int?", null),
        ShapeCase.Of<Color?>("Nullable<T>: enum", Color.Red),
        ShapeCase.Of<Color?>("null: enum?", null),
        ShapeCase.Of("Int128", Int128.MaxValue),
        ShapeCase.Of("Half", (Half)1.5),
    ];

    private static IEnumerable<ShapeCase> Instants() =>
    [
        ShapeCase.Of("DateTime (UTC)", Utc),
        ShapeCase.Of("DateTime (local)", Utc.ToLocalTime(), static value => value.ToUniversalTime()),
        ShapeCase.Of("DateTime (unspecified)", DateTime.SpecifyKind(Utc, DateTimeKind.Unspecified)),
        ShapeCase.Of("DateTime (unspecified): min", DateTime.MinValue),
        ShapeCase.Of("DateTime (UTC): max", DateTime.SpecifyKind(DateTime.MaxValue, DateTimeKind.Utc)),
        ShapeCase.Of("DateTimeOffset", new DateTimeOffset(2026, 3, 1, 14, 30, 22, 123, TimeSpan.FromHours(5.5))),
        ShapeCase.Of("DateTimeOffset: min", DateTimeOffset.MinValue),
        ShapeCase.Of("DateTimeOffset: max", DateTimeOffset.MaxValue),
        ShapeCase.Of("DateTimeOffset: before 1970", DateTimeOffset.UnixEpoch.AddTicks(-1)),
        ShapeCase.Of("DateOnly", new DateOnly(2026, 2, 28)),
        ShapeCase.Of("TimeOnly", new TimeOnly(23, 59, 59, 999, 999)),
        ShapeCase.Of("TimeOnly: whole seconds", new TimeOnly(12, 0, 0)),
        ShapeCase.Of("TimeSpan", TimeSpan.FromTicks(-123456789)),
        ShapeCase.Of("TimeSpan: max", TimeSpan.MaxValue),
        ShapeCase.Of("TimeSpan: min", TimeSpan.MinValue),
        ShapeCase.Of("TimeSpan: 292 years", TimeSpan.FromTicks(long.MaxValue / 100)),
        ShapeCase.Of("TimeSpan: beyond 292 years", TimeSpan.FromTicks((long.MaxValue / 100) + 1)),
    ];

    private static IEnumerable<ShapeCase> Collections() =>
    [
        ShapeCase.Of("T[]", Enumerable.Range(-300, 600).ToArray()),
        ShapeCase.Of("T[]: empty", Array.Empty<int>()),
        ShapeCase.Of("T[]: string", new[] { "a", null, "" }),
        ShapeCase.Of("T[]: byte[]", new byte[]?[] { [1], null, [] }),
        ShapeCase.Of("T[]: int[]", new int[]?[] { [1, 2], null, [] }),
        ShapeCase.Of("T[]: int?", new int?[] { 1, null }),
        ShapeCase.Of("T[]: enum", new[] { Depth.Abyss }),
        ShapeCase.Of("List<T>", new List<Guid> { Guid.Empty }),
        ShapeCase.Of("List<T>: List<int>", new List<List<int>> { new() { 1 }, new() }),
        ShapeCase.Of("interface-typed collections: IReadOnlyList<int>", (IReadOnlyList<int>)[1, 2], new List<int> { 1, 2 }),
        ShapeCase.Of("interface-typed collections: IEnumerable<string>", (IEnumerable<string>)["a"], new List<string> { "a" }),
        ShapeCase.Of("sets: HashSet<int>", new HashSet<int> { 3, 1 }),
        ShapeCase.Of("sets: SortedSet<string>", new SortedSet<string>(StringComparer.Ordinal) { "b", "a" }),
        ShapeCase.Of("queues: Queue<string>", new Queue<string>(["a", "b"])),
        ShapeCase.Of("immutable collections: ImmutableList<int>", ImmutableList.Create(1, 2)),
        ShapeCase.Of("immutable collections: ImmutableArray<int>", ImmutableArray.Create(1, 2)),
        ShapeCase.Of("immutable collections: ImmutableDictionary", ImmutableDictionary<string, int>.Empty.Add("a", 1)),
        ShapeCase.Of("Dictionary<string, T>", new Dictionary<string, int> { ["ü"] = 1, [""] = 2 }),
        ShapeCase.Of("Dictionary<string, T>: List<double>", new Dictionary<string, List<double>> { ["a"] = [1, 0.5] }),
        ShapeCase.Of("dictionaries with other keys: int", new Dictionary<int, string> { [-1] = "a", [2] = "b" }),
        ShapeCase.Of("dictionaries with other keys: Guid", new Dictionary<Guid, bool> { [Guid.Empty] = true }),
        ShapeCase.Of("sorted collections: SortedDictionary<string, int>", new SortedDictionary<string, int> { ["b"] = 1, ["a"] = 2 }),
        ShapeCase.Of("sorted collections: SortedList<string, int>", new SortedList<string, int>(StringComparer.Ordinal) { ["b"] = 1, ["a"] = 2 }),
        ShapeCase.Of("interface-typed collections: IDictionary<string, int>", (IDictionary<string, int>)new Dictionary<string, int> { ["a"] = 1 }),
        ShapeCase.Of("KeyValuePair<K, V>", KeyValuePair.Create("a", 1)),
        ShapeCase.Of<object?>("null: object", null),
        ShapeCase.Of<object>("object: string", "text"),
        ShapeCase.Of<object>("object: int", 5, 5L),
        ShapeCase.Of<object>("object: ulong", ulong.MaxValue),
        ShapeCase.Of<object>("object: double", -0.0),
        ShapeCase.Of(
            "List<T>: object",
            new List<object?> { null, true, 1L, 1.5, "x", new List<object?> { 2L }, new Dictionary<string, object?> { ["k"] = null } }),
        ShapeCase.Of("Dictionary<string, T>: object", new Dictionary<string, object?> { ["a"] = 1L, ["b"] = new List<object?> { "c" } }),
    ];

    private static IEnumerable<ShapeCase> Classes() =>
    [
        ShapeCase.Of("classes", Small),
        ShapeCase.Of<Plain?>("null: class", null),
        ShapeCase.Of("classes: defaults", new Plain()),
        ShapeCase.Of("T[]: class", new[] { Small, null }),
        ShapeCase.Of("List<T>: class", new List<Plain> { Small }),
        ShapeCase.Of("Dictionary<string, T>: class", new Dictionary<string, Plain> { ["a"] = Small }),
        ShapeCase.Of("classes: defaults, nested", new Nested()),
        ShapeCase.Of("classes: nested", CreateNested()),
        ShapeCase.Of("classes: attributes", new Renamed { Value = 3, Hidden = 9 }, new Renamed { Value = 3 }),
        ShapeCase.Of("classes: attributes, all written", new Renamed { Value = 3, Optional = "x" }),
        ShapeCase.Of("classes: required member", new Required { Name = "n", Age = 4 }),
        ShapeCase.Of("init-only members", new InitOnly { A = 1, B = "b" }),
        ShapeCase.Of("records", new Person("Ada", 36, Utc, [1, 2], 12.30m, TimeSpan.FromHours(8))),
        ShapeCase.Of("structs", new Point { X = 1, Y = -1 }),
        ShapeCase.Of<Point?>("Nullable<T>: struct", new Point { X = 1, Y = -1 }),
        ShapeCase.Of<Point?>("null: struct?", null),
        ShapeCase.Of<Base>("classes: derived, as its base", new Derived { Size = 3, Extra = "lost" }, new Base { Size = 3 }),
        ShapeCase.Of<Figure>("polymorphic types", new Circle { Radius = 0.25, Label = "c" }),
        ShapeCase.Of("polymorphic types: list", new List<Figure> { new Square { Side = 2 }, new Circle() }),
        ShapeCase.Of("Tuple", Tuple.Create(1, "a")),
        ShapeCase.Of("anonymous types", new { A = 1, B = "b", C = new[] { 1.5m } }),
        ShapeCase.Of("types with converters", new Celsius(21.5)),
        ShapeCase.Of("types with converters: member", new Weather { Now = new Celsius(-0.5), At = "here" }),
        ShapeCase.Of("fields with [JsonInclude]", new WithField { Value = 5 }),
        ShapeCase.Of("JsonNode", JsonNode.Parse("""{"a":[1,1.5,"x",null,{"b":true}]}""")!),
        ShapeCase.Of("interface-typed collections: in a class", CreateWithCollections()),
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
