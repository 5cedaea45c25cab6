using System.Buffers;
using SnapshotKv.Serialization;
using static SnapshotKv.Tests.Serialization.Shapes;

namespace SnapshotKv.Tests.Serialization;

/// <summary>Where contracts come from: a source-generated context, reflection, or nowhere.</summary>
public sealed class ContractSourceTests
{
    public static TheoryData<ShapeCase, KvFormat> Cases()
    {
        var data = new TheoryData<ShapeCase, KvFormat>();
        ShapeCase[] shapes =
        [
            ShapeCase.Of("class", new Plain { Number = 1, Name = "n", Ticks = 2, Active = true, Score = 0.5, Tags = ["t"] }),
            ShapeCase.Of("nested", new Nested
            {
                At = DateTimeOffset.UnixEpoch,
                Inner = new Plain { Number = 5 },
                Items = [new Plain()],
                Record = new Person("Ada", 36, DateTime.UnixEpoch, [1], 1.10m, TimeSpan.FromMinutes(1)),
                Anything = new Dictionary<string, object?> { ["k"] = 1L },
            }),
            ShapeCase.Of("attributes", new Renamed { Value = 3 }),
            ShapeCase.Of("required", new Required { Name = "n" }),
            ShapeCase.Of("init-only", new InitOnly { A = 1, B = "b" }),
            ShapeCase.Of<Figure>("polymorphic", new Square { Side = 2 }),
            ShapeCase.Of("built in", new List<string> { "a" }),
            ShapeCase.Of("untyped", new List<object?> { 1L, "x", new Dictionary<string, object?> { ["a"] = 1.5 } }),
        ];
        foreach (var shape in shapes)
        {
            data.Add(shape, KvFormat.MessagePack);
            data.Add(shape, KvFormat.Json);
        }

        return data;
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Deserialize_WithAContextAndWithoutReflection_GivesTheSame(ShapeCase shape, KvFormat format)
    {
        var (expected, actual) = shape.RoundTrip(f => KvSerializers.Create(f, ShapesContext.Default, allowReflection: false), format);

        actual.ShouldBe(expected);
    }

    [Theory]
    [InlineData(KvFormat.MessagePack)]
    [InlineData(KvFormat.Json)]
    public void Serialize_WithAContext_UsesItsNamingPolicyInBothFormats(KvFormat format)
    {
        var serializer = KvSerializers.Create(format, ShapesContext.Default, allowReflection: false);
        var buffer = new ArrayBufferWriter<byte>();

        serializer.Serialize(new Plain { Number = 5 }, buffer);

        ((Dictionary<string, object?>)serializer.Deserialize<object>(buffer.WrittenSpan)!).Keys
            .ShouldBe(["number", "name", "mail", "ticks", "active", "score", "tags"]);
    }

    [Theory]
    [InlineData(KvFormat.MessagePack)]
    [InlineData(KvFormat.Json)]
    public void Serialize_TypeWithoutContractAndNoReflection_NamesTypeAndRemedy(KvFormat format)
    {
        var serializer = KvSerializers.Create(format, ShapesContext.Default, allowReflection: false);

        Action[] uses =
        [
            () => serializer.Serialize(new Unregistered(), new ArrayBufferWriter<byte>()),
            () => serializer.Serialize<object>(new Unregistered(), new ArrayBufferWriter<byte>()),
            () => serializer.Serialize<object?[]>([new Unregistered()], new ArrayBufferWriter<byte>()),
            () => serializer.Deserialize<Unregistered>("{}"u8),
        ];

        foreach (var use in uses)
        {
            var error = Should.Throw<KvSerializationException>(use);
            error.Message.ShouldContain("The type Unregistered has no JSON contract");
            error.Message.ShouldContain("[JsonSerializable(typeof(Unregistered))]");
            error.Message.ShouldContain("SnapshotKvOptions.TypeInfoResolver");
        }
    }

    [Fact]
    public void Names_AreWhatFilesWillHold()
    {
        KvSerializers.Create(KvFormat.MessagePack, null).Name.ShouldBe("messagepack");
        KvSerializers.Create(KvFormat.Json, null).Name.ShouldBe("json");
    }
}
