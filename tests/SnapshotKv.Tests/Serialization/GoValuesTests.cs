using System.Buffers;
using SnapshotKv.Serialization;

namespace SnapshotKv.Tests.Serialization;

/// <summary>What Go wrote is read as what Go says it is.</summary>
public sealed class GoValuesTests
{
    private static readonly StoreSerializer Serializer = KvSerializers.Create(KvFormat.MessagePack, null);
    private static readonly StoreSerializer Json = KvSerializers.Create(KvFormat.Json, null);

    [Theory]
    [InlineData("all-types", 180)]
    [InlineData("msgpack-uncompressed", 60)]
    [InlineData("ttl", 1)]
    public void Deserialize_AsObject_IsTheDescribedValue(string fixture, int atLeast)
    {
        var compared = 0;
        foreach (var (key, bytes, described) in GoValues.Of(fixture))
        {
            if (described is { } value)
            {
                ShapeText.Of(Serializer.Deserialize<object>(bytes.AsSpan())).ShouldBe(ShapeText.Of(GoValues.Expected(value)), key);
                compared++;
            }
        }

        compared.ShouldBeGreaterThanOrEqualTo(atLeast);
    }

    [Theory]
    [InlineData("json-uncompressed", 41)]
    [InlineData("json-gzip", 42)]
    public void Deserialize_JsonAsObject_IsWhatGoReadsWithIntegersExact(string fixture, int atLeast)
    {
        var compared = 0;
        foreach (var (key, bytes, described) in GoValues.Of(fixture))
        {
            if (described is { } value)
            {
                ShapeText.Of(AsDoubles(Json.Deserialize<object>(bytes.AsSpan()))).ShouldBe(ShapeText.Of(GoValues.Expected(value)), key);
                compared++;
            }
        }

        compared.ShouldBeGreaterThanOrEqualTo(atLeast);
    }

    [Fact]
    public void Deserialize_JsonThatGoReadsRoundedOrAsText_GivesWhatWasMeant()
    {
        var entries = GoValues.Of("json-uncompressed").ToDictionary(entry => entry.Key, entry => entry.Bytes, StringComparer.Ordinal);

        Json.Deserialize<object>(entries["int:2^53+1"].AsSpan()).ShouldBe((1L << 53) + 1);
        Json.Deserialize<long>(entries["int:min"].AsSpan()).ShouldBe(long.MinValue);
        Json.Deserialize<object>(entries["uint:max"].AsSpan()).ShouldBe(ulong.MaxValue);
        Json.Deserialize<byte[]>(entries["bytes"].AsSpan()).ShouldBe([0, 1, 2, 0xfa, 0xfb, 0xfc, 0xfd, 0xfe, 0xff]);
        Json.Deserialize<byte[]?>(entries["bytes:nil"].AsSpan()).ShouldBeNull();
        Json.Deserialize<DateTimeOffset>(entries["time:offset"].AsSpan()).ShouldBe(DateTimeOffset.FromUnixTimeSeconds(1772375422).AddTicks(1234567));
        Json.Deserialize<Dictionary<int, string>>(entries["map:int-keys"].AsSpan())![9].ShouldBe("nine");
        double.IsNegative(Json.Deserialize<double>(entries["float:negzero"].AsSpan())).ShouldBeTrue();
    }

    [Fact]
    public void Deserialize_AsObjectWrittenAgain_IsTheSameValue()
    {
        foreach (var (key, bytes, described) in GoValues.Of("all-types"))
        {
            if (described is not null)
            {
                var value = Serializer.Deserialize<object>(bytes.AsSpan());
                var buffer = new ArrayBufferWriter<byte>();
                Serializer.Serialize(value, buffer);
                ShapeText.Of(Serializer.Deserialize<object>(buffer.WrittenSpan)).ShouldBe(ShapeText.Of(value), key);
            }
        }
    }

    [Theory]
    [InlineData("map:int-keys", "a map with an integer as a key")]
    [InlineData("map:bool-keys", "a map with a boolean as a key")]
    public void Deserialize_MapThatGoCannotReadEither_NamesTheKeysKind(string key, string expected)
    {
        var bytes = GoValues.Of("all-types").Single(entry => entry.Key == key).Bytes;

        Should.Throw<KvSerializationException>(() => Serializer.Deserialize<object>(bytes.AsSpan())).Message.ShouldContain(expected);
    }

    [Fact]
    public void Deserialize_MapWithIntegerKeys_IsReadIntoADictionaryOfThem()
    {
        var bytes = GoValues.Of("all-types").Single(entry => entry.Key == "map:int-keys").Bytes;

        Serializer.Deserialize<Dictionary<int, string>>(bytes.AsSpan()).ShouldBe(new Dictionary<int, string> { [1] = "a" });
    }

    [Fact]
    public void Deserialize_TextThatIsNotUtf8_IsBytesUntypedAndAnErrorAsString()
    {
        var bytes = GoValues.Of("invalid-utf8").Single(entry => entry.Key == "value").Bytes;

        Serializer.Deserialize<object>(bytes.AsSpan()).ShouldBe(new byte[] { 0x61, 0xff, 0x62, 0xc3 });
        Serializer.Deserialize<byte[]>(bytes.AsSpan()).ShouldBe([0x61, 0xff, 0x62, 0xc3]);
        Should.Throw<KvSerializationException>(() => Serializer.Deserialize<string>(bytes.AsSpan()))
            .Message.ShouldContain("text that is not UTF-8; read it as Byte[]");
    }

    [Fact]
    public void Deserialize_MapKeyThatIsNotUtf8_IsAnErrorRatherThanAnotherKey()
    {
        var bytes = GoValues.Of("invalid-utf8").Single(entry => entry.Key == "nested").Bytes;

        Should.Throw<KvSerializationException>(() => Serializer.Deserialize<object>(bytes.AsSpan()))
            .Message.ShouldContain("a map with a key that is not UTF-8");
    }

    [Theory]
    [InlineData("int:42", 42)]
    [InlineData("int64:5", 5)]
    [InlineData("int8:-5", -5)]
    [InlineData("uint32:5", 5)]
    [InlineData("named:Color", 3)]
    [InlineData("rune", 233)]
    public void Deserialize_IntegerOfAnyWidth_IsReadAsEveryTypeThatHoldsIt(string key, int expected)
    {
        var bytes = GoValues.Of("all-types").Single(entry => entry.Key == key).Bytes;

        Serializer.Deserialize<int>(bytes.AsSpan()).ShouldBe(expected);
        Serializer.Deserialize<long>(bytes.AsSpan()).ShouldBe(expected);
        Serializer.Deserialize<short>(bytes.AsSpan()).ShouldBe((short)expected);
        Serializer.Deserialize<double>(bytes.AsSpan()).ShouldBe(expected);
        Serializer.Deserialize<decimal>(bytes.AsSpan()).ShouldBe(expected);
    }

    [Fact]
    public void Deserialize_GoTypesWithACounterpart_AreReadAsThat()
    {
        var entries = GoValues.Of("all-types").ToDictionary(entry => entry.Key, entry => entry.Bytes, StringComparer.Ordinal);

        Serializer.Deserialize<TimeSpan>(entries["duration:90s"].AsSpan()).ShouldBe(TimeSpan.FromSeconds(90));
        var uuid = entries["marshaler:uuid"];
        Serializer.Deserialize<Guid>(uuid.AsSpan()).ShouldBe(new Guid(uuid.AsSpan(2), bigEndian: true));
        Serializer.Deserialize<DateTime>(entries["time:seconds"].AsSpan()).ShouldBe(DateTimeOffset.FromUnixTimeSeconds(1772375422).UtcDateTime);
        Serializer.Deserialize<DateTimeOffset>(entries["time:nanos"].AsSpan())
            .ShouldBe(DateTimeOffset.FromUnixTimeSeconds(1772375422).AddTicks(1234567));
        Serializer.Deserialize<Dictionary<string, long>>(entries["map:string-int64"].AsSpan())!["a"].ShouldBe(1);
        Serializer.Deserialize<int[][]>(entries["slice:[][]int"].AsSpan())![1].ShouldBeNull();
    }

    // Go has no other number in JSON.
    private static object? AsDoubles(object? value) => value switch
    {
        long number => (double)number,
        ulong number => (double)number,
        List<object?> items => items.Select(AsDoubles).ToList(),
        Dictionary<string, object?> map => map.ToDictionary(pair => pair.Key, pair => AsDoubles(pair.Value), StringComparer.Ordinal),
        _ => value,
    };
}
