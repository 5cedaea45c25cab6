using System.Buffers;
using System.Text;
using SnapshotKv.Serialization;
using SnapshotKv.Tests.MessagePack;
using static SnapshotKv.Tests.Serialization.Shapes;

namespace SnapshotKv.Tests.Serialization;

/// <summary>Another kind than was asked for, in both formats: the message names the stored kind, the type and the place.</summary>
public sealed class MismatchTests
{
    private static readonly StoreSerializer MessagePack = KvSerializers.Create(KvFormat.MessagePack, null);
    private static readonly StoreSerializer Json = KvSerializers.Create(KvFormat.Json, null);

    [Fact]
    public void Deserialize_MessagePackOfAnotherKind_NamesBothAndThePlace()
    {
        Refused<int>("80", "The value holds a map, but Int32 was asked for (at $, byte 0).");
        Refused<int>("c0", "The value holds nil, but Int32 was asked for (at $, byte 0).");
        Refused<int>("cb3ff0000000000000", "The value holds a float, but Int32 was asked for (at $, byte 0).");
        Refused<string>("2a", "The value holds an integer, but String was asked for (at $, byte 0).");
        Refused<string>("c40161", "The value holds a binary, but String was asked for (at $, byte 0).");
        Refused<byte[]>("93010203", "The value holds an array, but Byte[] was asked for (at $, byte 0).");
        Refused<DateTime>("d40500", "The value holds an extension of type 5, but DateTime was asked for (at $, byte 0).");
        Refused<string>("d6ff00000000", "The value holds an instant, but String was asked for (at $, byte 0).");
        Refused<int[]>("81a161 01", "The value holds a map, but Int32[] was asked for (at $, byte 0).");
        Refused<Dictionary<string, int>>("90", "The value holds an array, but Dictionary<String, Int32> was asked for (at $, byte 0).");
        Refused<Plain>("90", "The value holds an array, but Plain was asked for (at $, byte 0).");
        Refused<Point>("c0", "The value holds nil, but Point was asked for (at $, byte 0).");
        Refused<bool?>("01", "The value holds an integer, but Boolean was asked for (at $, byte 0).");
        Refused<Color>("a178", "The value holds a string, but Color was asked for (at $, byte 0).");
        Refused<Guid>("c40101", "The value holds a binary of 1 bytes, which is no Guid (at $, byte 0).");
        Refused<object>("d40500", "The value holds an extension of type 5, but Object was asked for (at $, byte 0).");
    }

    [Fact]
    public void Deserialize_MessagePackOfAnotherKindInside_NamesThePath()
    {
        Refused<List<int>>("920190", "The value holds an array, but Int32 was asked for (at $[1], byte 2).");
        Refused<Plain>("81a44e616d65 05", "The value holds an integer, but String was asked for (at $.Name, byte 6).");
        Refused<Nested>("81a54974656d73 9181a44e616d65c3", "The value holds a boolean, but String was asked for (at $.Items[0].Name, byte 14).");
        Refused<Required>("80", "The value lacks 'Name', which Required requires (at $, byte 0).");
    }

    [Fact]
    public void Deserialize_IntegerThatDoesNotFit_IsAnErrorAndNeverWraps()
    {
        Refused<byte>("cd0100", "The value holds the integer 256, which is no Byte (at $, byte 0).");
        Refused<byte>("ff", "The value holds the integer -1, which is no Byte (at $, byte 0).");
        Refused<sbyte>("cc80", "The value holds the integer 128, which is no SByte (at $, byte 0).");
        Refused<short>("d2ffff7fff", "The value holds the integer -32769, which is no Int16 (at $, byte 0).");
        Refused<int>("cf0000000100000000", "The value holds the integer 4294967296, which is no Int32 (at $, byte 0).");
        Refused<long>("cfffffffffffffffff", "The value holds the integer 18446744073709551615, which is no Int64 (at $, byte 0).");
        Refused<ulong>("ff", "The value holds the integer -1, which is no UInt64 (at $, byte 0).");
        Refused<float>("cb7fefffffffffffff", "The value holds the number 1.7976931348623157E+308, which is no Single (at $, byte 0).");
        Refused<decimal>("cb7ff8000000000000", "The value holds the number NaN, which is no Decimal (at $, byte 0).");
        Refused<char>("a26162", "The value holds text that is not one character, which is no Char (at $, byte 0).");
    }

    [Fact]
    public void Deserialize_JsonOfAnotherKind_NamesBothAndThePlace()
    {
        RefusedJson<int>("""{"a":1}""", "The value holds an object at $ (byte 0), but Int32 was asked for.");
        RefusedJson<int>("null", "The value holds null at $ (byte 0), but Int32 was asked for.");
        RefusedJson<int>("1.5", "The value holds a number at $ (byte 0), but Int32 was asked for.");
        RefusedJson<string>("42", "The value holds a number at $ (byte 0), but String was asked for.");
        RefusedJson<byte>("256", "The value holds a number at $ (byte 0), but Byte was asked for.");
        RefusedJson<int[]>("\"x\"", "The value holds a string at $ (byte 0), but Int32[] was asked for.");
        RefusedJson<Plain>("""{"Name":5}""", "The value holds a number at $.Name (byte 8), which does not fit there in Plain.");
        RefusedJson<byte[]>("\"%\"", "The value holds a string at $ (byte 0), but Byte[] was asked for.");
    }

    [Theory]
    [InlineData("")]
    [InlineData("{")]
    [InlineData("[1,")]
    [InlineData("1 2")]
    [InlineData("\"\xff\"")]
    [InlineData("1e999")]
    [InlineData("\"\\ud800\"")]
    public void Deserialize_TextThatIsNotOneJsonValue_IsATypedError(string json)
    {
        var bytes = Encoding.Latin1.GetBytes(json);

        Should.Throw<KvSerializationException>(() => Json.Deserialize<object>(bytes.AsSpan()));
        Should.Throw<KvSerializationException>(() => Json.Deserialize<List<string>>(bytes.AsSpan()));
    }

    [Fact]
    public void Deserialize_EmptyValue_SaysSo()
    {
        Should.Throw<KvSerializationException>(() => MessagePack.Deserialize<int>([])).Message.ShouldBe("The value is empty, but Int32 was asked for.");
        Should.Throw<KvSerializationException>(() => Json.Deserialize<int>([])).Message.ShouldBe("The value is empty, but Int32 was asked for.");
    }

    [Fact]
    public void Deserialize_SequenceOfSeveralSegments_ReadsThemAsOne()
    {
        var first = new Segment([0x92, 0x01], null);
        var last = new Segment([0xa1, 0x78], first);

        var value = MessagePack.Deserialize<object>(new ReadOnlySequence<byte>(first, 0, last, 2));

        value.ShouldBe(new List<object?> { 1L, "x" });
    }

    [Fact]
    public void Deserialize_BytesAfterTheValue_AreIgnoredAsInGo() => MessagePack.Deserialize<int>([0x05, 0xc1]).ShouldBe(5);

    private static void Refused<T>(string hex, string message)
    {
        var bytes = Hex.Bytes(hex);
        Should.Throw<KvSerializationException>(() => MessagePack.Deserialize<T>(bytes.AsSpan())).Message.ShouldBe(message);
    }

    private static void RefusedJson<T>(string json, string message)
    {
        var bytes = Encoding.UTF8.GetBytes(json);
        Should.Throw<KvSerializationException>(() => Json.Deserialize<T>(bytes.AsSpan())).Message.ShouldBe(message);
    }

    private sealed class Segment : ReadOnlySequenceSegment<byte>
    {
        public Segment(byte[] bytes, Segment? previous)
        {
            Memory = bytes;
            if (previous is not null)
            {
                previous.Next = this;
                RunningIndex = previous.RunningIndex + previous.Memory.Length;
            }
        }
    }
}
