using System.Globalization;
using System.Text.Json.Nodes;
using static SnapshotKv.Tests.Serialization.Shapes;

namespace SnapshotKv.Tests.Serialization;

/// <summary>Makes object graphs of the shapes' types: every member set or left out, to a few levels.</summary>
internal sealed class RandomShapes(Random random)
{
    private const int Deepest = 3;

    public Nested Nested() => Nested(0);

    public WithCollections WithCollections() => new()
    {
        ReadOnly = Maybe(() => Many(() => random.Next())),
        Sequence = Maybe(() => Many(Text)),
        Set = Maybe(() => Many(() => random.NextInt64()).ToHashSet()),
        Immutable = [.. Many(() => random.Next())],
        ByNumber = Maybe(() => Many(() => random.Next()).Distinct().ToDictionary(number => number, number => number.ToString(CultureInfo.InvariantCulture))),
        Map = Maybe(() => ByText(() => random.Next())),
        Jagged = Maybe(() => Many(() => Many(() => random.Next(-5, 300)).ToArray()).ToArray()),
        Queue = Maybe(() => new Queue<int>(Many(() => random.Next()))),
        Json = Maybe(() => new JsonObject { [Text()] = random.NextDouble(), ["list"] = new JsonArray(1, "x", null) }),
    };

    public Person Person() => new(Text(), random.Next(), Utc(), Bytes(), Price(), TimeSpan.FromTicks(random.NextInt64(long.MinValue, long.MaxValue)));

    public Figure Figure() => random.Next(2) == 0
        ? new Circle { Radius = random.NextDouble(), Label = Maybe(Text) }
        : new Square { Side = -random.NextDouble(), Label = Maybe(Text) };

    /// <summary>An untyped value.</summary>
    public object? Tree() => Tree(0);

    private Nested Nested(int depth) => new()
    {
        Id = new Guid(Bytes(16)),
        At = new DateTimeOffset(Utc()),
        Data = Maybe(Bytes),
        Price = Price(),
        Color = (Color)random.Next(256),
        MaybeColor = random.Next(2) == 0 ? null : Color.Blue,
        Inner = Maybe(Plain),
        Items = Maybe(() => Many(Plain)),
        Array = Maybe(() => Many(Plain).ToArray()),
        ByName = Maybe(() => ByText(Plain)),
        Child = depth < Deepest ? Maybe(() => Nested(depth + 1)) : null,
        Point = new Point { X = random.Next(), Y = -random.Next() },
        MaybePoint = random.Next(2) == 0 ? null : new Point { X = random.Next(100) },
        Record = Maybe(Person),
        Anything = Tree(),
    };

    private Plain Plain() => new()
    {
        Number = random.Next(int.MinValue, int.MaxValue),
        Name = Maybe(Text),
        Mail = Maybe(Text),
        Ticks = random.NextInt64(long.MinValue, long.MaxValue) >> random.Next(64),
        Active = random.Next(2) == 0,
        Score = BitConverter.Int64BitsToDouble(random.NextInt64(0x7ff0_0000_0000_0000)),
        Tags = Maybe(() => Many(Text).ToArray()),
    };

    private object? Tree(int depth) => random.Next(depth < 5 ? 9 : 7) switch
    {
        0 => null,
        1 => random.Next(2) == 0,
        2 => random.NextInt64(long.MinValue, long.MaxValue),
        3 => (long)random.Next(-200, 200),
        4 => ulong.MaxValue - (ulong)random.Next(),
        5 => random.NextDouble(),
        6 => Text(),
        7 => Many(() => Tree(depth + 1)),
        _ => ByText(() => Tree(depth + 1)),
    };

    private DateTime Utc() => new(random.NextInt64(DateTime.MaxValue.Ticks), DateTimeKind.Utc);

    private decimal Price() => new(random.Next(), random.Next(), random.Next(), random.Next(2) == 0, (byte)random.Next(29));

    private string Text() => new((char)random.Next(0x2fff), random.Next(random.Next(4) == 0 ? 100 : 12));

    private byte[] Bytes() => Bytes(random.Next(40));

    private byte[] Bytes(int length)
    {
        var bytes = new byte[length];
        random.NextBytes(bytes);
        return bytes;
    }

    private List<T> Many<T>(Func<T> item) => [.. Enumerable.Range(0, random.Next(random.Next(8) == 0 ? 20 : 4)).Select(_ => item())];

    private Dictionary<string, T> ByText<T>(Func<T> item) =>
        Many(Text).Distinct(StringComparer.Ordinal).ToDictionary(name => name, _ => item(), StringComparer.Ordinal);

    private T? Maybe<T>(Func<T> make)
        where T : class => random.Next(4) == 0 ? null : make();
}
