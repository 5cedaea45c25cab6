using System.Buffers;
using System.Text;
using SnapshotKv.Serialization;
using static SnapshotKv.Tests.Serialization.Shapes;

namespace SnapshotKv.Tests.Serialization;

/// <summary>The bytes that docs/formats/values.md promises: files hold them, so they must not change.</summary>
public sealed class WireFormTests
{
    private static readonly DateTime Utc = new(2026, 3, 1, 14, 30, 22, DateTimeKind.Utc);

    [Fact]
    public void Serialize_EachType_HasTheDocumentedForms()
    {
        Forms<string?>(null, "c0", "null");
        Forms(true, "c3", "true");
        Forms(300L, "cd012c", "300");
        Forms(-1.5f, "cabfc00000", "-1.5");
        Forms(1.5, "cb3ff8000000000000", "1.5");
        Forms(1.10m, "a4312e3130", "1.10");
        Forms('x', "a178", "\"x\"");
        Forms("ü", "a2c3bc", "\"ü\"");
        Forms(new byte[] { 1, 2 }, "c4020102", "\"AQI=\"");
        Forms(Utc, "d6ff69a44d7e", "\"2026-03-01T14:30:22Z\"");
        Forms(DateTime.SpecifyKind(Utc, DateTimeKind.Unspecified), "b3" + Text("2026-03-01T14:30:22"), "\"2026-03-01T14:30:22\"");
        Forms(new DateTimeOffset(2026, 3, 1, 16, 30, 22, TimeSpan.FromHours(2)), "d6ff69a44d7e", "\"2026-03-01T16:30:22+02:00\"");
        Forms(new DateOnly(2026, 2, 28), "aa" + Text("2026-02-28"), "\"2026-02-28\"");
        Forms(new TimeOnly(23, 59, 58), "a8" + Text("23:59:58"), "\"23:59:58\"");
        Forms(TimeSpan.FromSeconds(1), "ce3b9aca00", "\"00:00:01\"");
        Forms(
            Guid.Parse("00112233-4455-6677-8899-aabbccddeeff"),
            "c41000112233445566778899aabbccddeeff",
            "\"00112233-4455-6677-8899-aabbccddeeff\"");
        Forms(Color.Blue, "ccc8", "200");
        Forms(Spelled.One, "a3" + Text("One"), "\"One\"");
        Forms(new[] { 1, 2 }, "920102", "[1,2]");
        Forms(new Dictionary<string, int> { ["a"] = 1 }, "81a16101", "{\"a\":1}");
        Forms(new Dictionary<int, int> { [1] = 2 }, "81a13102", "{\"1\":2}");
        Forms(new Point { X = 1, Y = 2 }, "82a15801a15902", "{\"X\":1,\"Y\":2}");
        Forms(new Renamed { Value = 3 }, "82a56f7468657203a8436f6d707574656406", "{\"other\":3,\"Computed\":6}");
        Forms(new InitOnly { A = 1 }, "82a14101a142c0", "{\"A\":1,\"B\":null}");
        Forms(Tuple.Create(0.5), "81a54974656d31cb3fe0000000000000", "{\"Item1\":0.5}");
        Forms(Tuple.Create(1.10m), "81a54974656d31a4312e3130", "{\"Item1\":1.10}");
    }

    [Theory]
    [InlineData("a7" + "6675747572652e", "text, which is no DateTime")]
    [InlineData("b4" + "323032362d30332d30315431343a33303a32325a", null)]
    public void Deserialize_DateTimeFromText_TakesIsoOnly(string hex, string? error)
    {
        var serializer = KvSerializers.Create(KvFormat.MessagePack, null);
        var bytes = Convert.FromHexString(hex);

        if (error is null)
        {
            serializer.Deserialize<DateTime>(bytes.AsSpan()).ShouldBe(Utc);
            serializer.Deserialize<DateTimeOffset>(bytes.AsSpan()).ShouldBe(new DateTimeOffset(Utc));
        }
        else
        {
            Should.Throw<KvSerializationException>(() => serializer.Deserialize<DateTime>(bytes.AsSpan())).Message.ShouldContain(error);
        }
    }

    [Fact]
    public void Serialize_LocalDateTime_KeepsTheInstant()
    {
        var serializer = KvSerializers.Create(KvFormat.MessagePack, null);
        var buffer = new ArrayBufferWriter<byte>();

        serializer.Serialize(Utc.ToLocalTime(), buffer);

        serializer.Deserialize<DateTime>(buffer.WrittenSpan).ShouldBe(Utc);
    }

    [Fact]
    public void Deserialize_RecordFromTimestampsAndBinaries_ReadsThem()
    {
        // A map as Go would write it: Name, Age, Born as a timestamp, Photo as a binary.
        var bytes = Convert.FromHexString("84a44e616d65a141a341676524a4426f726ed6ff69a44d7ea550686f746fc4020102");

        var person = KvSerializers.Create(KvFormat.MessagePack, null).Deserialize<Person>(bytes.AsSpan())!;

        person.Born.ShouldBe(Utc);
        person.Photo.ShouldBe([1, 2]);
        person.Age.ShouldBe(36);
    }

    private static string Text(string ascii) => Convert.ToHexStringLower(Encoding.ASCII.GetBytes(ascii));

    private static void Forms<T>(T value, string messagePack, string json)
    {
        var buffer = new ArrayBufferWriter<byte>();
        KvSerializers.Create(KvFormat.MessagePack, null).Serialize(value, buffer);
        Convert.ToHexStringLower(buffer.WrittenSpan).ShouldBe(messagePack, typeof(T).Name);
        buffer.ResetWrittenCount();
        KvSerializers.Create(KvFormat.Json, null).Serialize(value, buffer);
        Encoding.UTF8.GetString(buffer.WrittenSpan).ShouldBe(json, typeof(T).Name);
    }
}
