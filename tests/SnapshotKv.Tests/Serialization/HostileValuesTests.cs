using System.Buffers;
using System.Text;
using SnapshotKv.Serialization;
using SnapshotKv.Tests.MessagePack;
using static SnapshotKv.Tests.Serialization.Shapes;

namespace SnapshotKv.Tests.Serialization;

/// <summary>Values made to hurt: each is a typed error, within memory that the bytes justify.</summary>
public sealed class HostileValuesTests
{
    public static TheoryData<KvFormat> Formats => [KvFormat.MessagePack, KvFormat.Json];

    [Theory]
    [InlineData(100)]
    [InlineData(100_000)]
    public void Deserialize_NestedTooDeep_IsATypedError(int depth)
    {
        byte[] arrays = [.. Enumerable.Repeat((byte)0x91, depth), 0xc0];
        byte[] maps = [.. Enumerable.Repeat<byte[]>([0x81, 0xa1, 0x61], depth).SelectMany(bytes => bytes), 0xc0];
        byte[] nodes = [.. Enumerable.Repeat<byte[]>([0x81, 0xa4, .. "Next"u8], depth).SelectMany(bytes => bytes), 0xc0];
        var json = Encoding.UTF8.GetBytes(new string('[', depth) + new string(']', depth));
        var messagePack = KvSerializers.Create(KvFormat.MessagePack, null);

        Should.Throw<KvSerializationException>(() => messagePack.Deserialize<object>(arrays.AsSpan())).Message.ShouldContain("deeper than 64");
        Should.Throw<KvSerializationException>(() => messagePack.Deserialize<object>(maps.AsSpan())).Message.ShouldContain("deeper than 64");
        Should.Throw<KvSerializationException>(() => messagePack.Deserialize<Node>(nodes.AsSpan())).Message.ShouldContain("deeper than 64");
        Should.Throw<KvSerializationException>(() => messagePack.Deserialize<Person>(maps.AsSpan())).Message.ShouldContain("deeper than 64");
        Should.Throw<KvSerializationException>(() => KvSerializers.Create(KvFormat.Json, null).Deserialize<object>(json.AsSpan()));
    }

    [Theory]
    [MemberData(nameof(Formats))]
    public void Serialize_ValueThatContainsItself_IsATypedError(KvFormat format)
    {
        var serializer = KvSerializers.Create(format, null);
        var node = new Node();
        node.Next = node;
        var list = new List<object?>();
        list.Add(list);
        var map = new Dictionary<string, object?>();
        map["self"] = map;

        Should.Throw<KvSerializationException>(() => serializer.Serialize(node, new ArrayBufferWriter<byte>()));
        Should.Throw<KvSerializationException>(() => serializer.Serialize(list, new ArrayBufferWriter<byte>()));
        Should.Throw<KvSerializationException>(() => serializer.Serialize<object>(map, new ArrayBufferWriter<byte>()));
    }

    [Theory]
    [MemberData(nameof(Formats))]
    public void Serialize_DeepestAllowed_ComesBack(KvFormat format)
    {
        var serializer = KvSerializers.Create(format, null);
        object? value = 1L;
        for (var i = 0; i < 64; i++)
        {
            value = new List<object?> { value };
        }

        var buffer = new ArrayBufferWriter<byte>();
        serializer.Serialize(value, buffer);

        ShapeText.Of(serializer.Deserialize<object>(buffer.WrittenSpan)).ShouldBe(ShapeText.Of(value));
        Should.Throw<KvSerializationException>(() => serializer.Serialize(new List<object?> { value }, new ArrayBufferWriter<byte>()));
    }

    [Theory]
    [MemberData(nameof(Formats))]
    public void Serialize_UnpairedSurrogate_IsATypedError(KvFormat format)
    {
        var serializer = KvSerializers.Create(format, null);
        Action[] uses =
        [
            () => serializer.Serialize("a\ud800", new ArrayBufferWriter<byte>()),
            () => serializer.Serialize('\udc00', new ArrayBufferWriter<byte>()),
            () => serializer.Serialize(new Plain { Name = "\ud800" }, new ArrayBufferWriter<byte>()),
            () => serializer.Serialize(new Person("\ud800x", 1, default, [], 0, default), new ArrayBufferWriter<byte>()),
            () => serializer.Serialize(new Dictionary<string, int> { ["\ud800"] = 1 }, new ArrayBufferWriter<byte>()),
        ];

        foreach (var use in uses)
        {
            Should.Throw<KvSerializationException>(use).Message.ShouldContain("unpaired surrogate");
        }
    }

    [Theory]
    [InlineData(double.NaN)]
    [InlineData(double.PositiveInfinity)]
    public void Serialize_NotANumber_IsRefusedByJsonAndKeptByMessagePack(double value)
    {
        var error = Should.Throw<KvSerializationException>(() => KvSerializers.Create(KvFormat.Json, null).Serialize(value, new ArrayBufferWriter<byte>()));
        error.Message.ShouldContain("infinity");

        var messagePack = KvSerializers.Create(KvFormat.MessagePack, null);
        var buffer = new ArrayBufferWriter<byte>();
        messagePack.Serialize(Tuple.Create(value), buffer);
        messagePack.Deserialize<Tuple<double>>(buffer.WrittenSpan)!.Item1.ShouldBe(value);
    }

    [Theory]
    [MemberData(nameof(Formats))]
    public void Serialize_TypeWithoutForm_NamesIt(KvFormat format)
    {
        var serializer = KvSerializers.Create(format, null);

        Should.Throw<KvSerializationException>(() => serializer.Serialize<Action>(() => { }, new ArrayBufferWriter<byte>())).Message.ShouldContain("Action");
        Should.Throw<KvSerializationException>(() => serializer.Serialize(typeof(int), new ArrayBufferWriter<byte>())).Message.ShouldContain("Type");
    }

    [Fact]
    public void Deserialize_DeclaredCountWithoutElements_AllocatesLittle()
    {
        // A million elements of one byte are there, and the first is of another kind: nothing may be made room for them.
        byte[] bytes = [0xdd, 0x00, 0x0f, 0x42, 0x40, 0x90, .. Enumerable.Repeat((byte)1, 1_000_000)];
        var serializer = KvSerializers.Create(KvFormat.MessagePack, null);
        Should.Throw<KvSerializationException>(() => serializer.Deserialize<decimal[]>(bytes.AsSpan()));

        var before = GC.GetAllocatedBytesForCurrentThread();
        Should.Throw<KvSerializationException>(() => serializer.Deserialize<decimal[]>(bytes.AsSpan()));

        (GC.GetAllocatedBytesForCurrentThread() - before).ShouldBeLessThan(200_000);
    }

    [Fact]
    public void Deserialize_EveryByteOfAValueReplacedByEveryOther_GivesAValueOrATypedError()
    {
        var serializer = KvSerializers.Create(KvFormat.MessagePack, null);
        var buffer = new ArrayBufferWriter<byte>();
        serializer.Serialize(
            new Nested { Price = 1.5m, Inner = new Plain { Tags = ["a"] }, Record = new Person("A", 1, default, [1], 1, default), Anything = 1 },
            buffer);
        var bytes = buffer.WrittenSpan.ToArray();
        for (var at = 0; at < bytes.Length; at++)
        {
            var right = bytes[at];
            foreach (var wrong in (byte[])[0x00, 0x7f, 0x80, 0x8f, 0x90, 0x9f, 0xa0, 0xbf, 0xc0, 0xc1, 0xc3, 0xc6, 0xc9, 0xcb, 0xcf, 0xd3, 0xd6, 0xdb, 0xdd, 0xdf, 0xff])
            {
                bytes[at] = wrong;
                try
                {
                    serializer.Deserialize<Nested>(bytes.AsSpan());
                    serializer.Deserialize<object>(bytes.AsSpan());
                }
                catch (KvSerializationException)
                {
                }
            }

            bytes[at] = right;
        }
    }

    [Fact]
    public void Deserialize_ValueCutAnywhere_IsATypedError()
    {
        var serializer = KvSerializers.Create(KvFormat.MessagePack, null);
        foreach (var (key, bytes, _) in GoValues.Of("all-types"))
        {
            for (var length = 0; length < Math.Min(bytes.Length, 300); length++)
            {
                var cut = bytes[..length];
                Should.Throw<KvSerializationException>(() => serializer.Deserialize<object>(cut.AsSpan()), $"{key}, {length} bytes");
            }
        }
    }

    [Fact]
    public void Deserialize_RepeatedMapKey_TheLastCounts()
    {
        var serializer = KvSerializers.Create(KvFormat.MessagePack, null);

        serializer.Deserialize<Dictionary<string, int>>(Hex.Bytes("82a16101a16102").AsSpan())!["a"].ShouldBe(2);
        serializer.Deserialize<Plain>(Hex.Bytes("82 a44e616d65 a161 a44e616d65 a162").AsSpan())!.Name.ShouldBe("b");
        ((Dictionary<string, object?>)KvSerializers.Create(KvFormat.Json, null).Deserialize<object>("""{"a":1,"a":2}"""u8)!)["a"].ShouldBe(2L);
    }

    [Fact]
    public void Deserialize_ClassWithNamesInAnotherOrderUnknownOrBinary_FindsItsMembers()
    {
        var serializer = KvSerializers.Create(KvFormat.MessagePack, null);

        var value = serializer.Deserialize<Plain>(Hex.Bytes("84 a474616773c0 c4044e616d65 a178 a3787878 93010203 a64e756d626572 05").AsSpan())!;

        value.Name.ShouldBe("x");
        value.Number.ShouldBe(5);
    }
}
