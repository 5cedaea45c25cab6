using SnapshotKv.MessagePack;

namespace SnapshotKv.Tests.MessagePack;

public sealed class MessagePackReaderTests
{
    /// <summary>One value of every kind, nested in a map: the damage tests cut and bend it.</summary>
    private static readonly byte[] Sample = Hex.Bytes(
        "89 a161 c0 a162 c3 a163 ccff a164 d1fffb a165 cb3ff8000000000000 a166 d90378797a a167 c403010203 a168 92 01 90 a169 d6ff00000001");

    [Fact]
    public void Skip_WholeValue_ReturnsItsBytesAndStopsBehindIt()
    {
        var reader = new MessagePackReader([.. Sample, 0x2a]);

        reader.Skip().SequenceEqual(Sample).ShouldBeTrue();

        reader.ReadInt64().ShouldBe(42);
        reader.IsAtEnd.ShouldBeTrue();
    }

    [Fact]
    public void Skip_ValueCutAnywhere_Throws()
    {
        for (var length = 0; length < Sample.Length; length++)
        {
            Should.Throw<MessagePackFormatException>(() => new MessagePackReader(Sample.AsSpan(0, length)).Skip(), $"{length} bytes");
        }
    }

    [Fact]
    public void Skip_EveryByteReplacedByEveryOther_NeitherLeavesTheSpanNorFailsOtherwise()
    {
        for (var at = 0; at < Sample.Length; at++)
        {
            var bytes = (byte[])Sample.Clone();
            for (var value = 0; value <= byte.MaxValue; value++)
            {
                bytes[at] = (byte)value;
                try
                {
                    new MessagePackReader(bytes).Skip().Length.ShouldBeLessThanOrEqualTo(bytes.Length);
                }
                catch (MessagePackFormatException e)
                {
                    e.Offset.ShouldBeInRange(0, bytes.Length);
                }
            }
        }
    }

    [Theory]
    [InlineData("dbffffffff")]
    [InlineData("c6ffffffff")]
    [InlineData("c9ffffffff05")]
    [InlineData("ddffffffff")]
    [InlineData("dfffffffff")]
    [InlineData("df80000000")]
    [InlineData("dd7fffffff 00 00 00")]
    [InlineData("81 a0")]
    public void Peek_LengthBeyondTheBytes_Throws(string hex)
    {
        var error = Should.Throw<MessagePackFormatException>(() => new MessagePackReader(Hex.Bytes(hex)).Peek());

        error.Reason.ShouldContain("goes beyond the bytes that are left");
        error.Offset.ShouldBe(0);
    }

    [Theory]
    [InlineData("a178")]
    [InlineData("d90178")]
    [InlineData("da000178")]
    [InlineData("db0000000178")]
    public void ReadStringBytes_HeadOfAnyWidth_IsRead(string hex) => new MessagePackReader(Hex.Bytes(hex)).ReadStringBytes().ToArray().ShouldBe("x"u8.ToArray());

    [Theory]
    [InlineData("c40178")]
    [InlineData("c5000178")]
    [InlineData("c60000000178")]
    public void ReadBinary_HeadOfAnyWidth_IsRead(string hex) => new MessagePackReader(Hex.Bytes(hex)).ReadBinary().ToArray().ShouldBe("x"u8.ToArray());

    [Theory]
    [InlineData("92 01 02")]
    [InlineData("dc0002 01 02")]
    [InlineData("dd00000002 01 02")]
    public void ReadArrayHead_OfAnyWidth_IsRead(string hex)
    {
        var reader = new MessagePackReader(Hex.Bytes(hex));

        reader.ReadArrayHead().ShouldBe(2);

        reader.ReadInt64().ShouldBe(1);
        reader.ReadInt64().ShouldBe(2);
        reader.IsAtEnd.ShouldBeTrue();
    }

    [Theory]
    [InlineData("81 01 02")]
    [InlineData("de0001 01 02")]
    [InlineData("df00000001 01 02")]
    public void ReadMapHead_OfAnyWidth_IsRead(string hex)
    {
        var reader = new MessagePackReader(Hex.Bytes(hex));

        reader.ReadMapHead().ShouldBe(1);

        reader.ReadInt64().ShouldBe(1);
        reader.ReadInt64().ShouldBe(2);
        reader.IsAtEnd.ShouldBeTrue();
    }

    [Theory]
    [InlineData("d405 01", 1)]
    [InlineData("d505 0101", 2)]
    [InlineData("d605 01010101", 4)]
    [InlineData("d705 0101010101010101", 8)]
    [InlineData("d805 01010101010101010101010101010101", 16)]
    [InlineData("c70005", 0)]
    [InlineData("c70105 01", 1)]
    [InlineData("c8000105 01", 1)]
    [InlineData("c90000000105 01", 1)]
    public void ReadExtension_HeadOfAnyWidth_IsRead(string hex, int length)
    {
        var reader = new MessagePackReader(Hex.Bytes(hex));

        reader.ReadExtension(out var type).ToArray().ShouldBe(Enumerable.Repeat((byte)1, length).ToArray());

        type.ShouldBe((sbyte)5);
        reader.IsAtEnd.ShouldBeTrue();
    }

    [Fact]
    public void Peek_UnusedCode_Throws() =>
        Should.Throw<MessagePackFormatException>(() => new MessagePackReader([0xc1]).Peek()).Reason.ShouldContain("c1");

    [Theory]
    [InlineData(64, true)]
    [InlineData(65, false)]
    [InlineData(100_000, false)]
    public void Skip_NestedArrays_RefusedBelowTheDepth(int depth, bool isRead)
    {
        byte[] bytes = [.. Enumerable.Repeat((byte)0x91, depth - 1), 0x90];

        if (isRead)
        {
            new MessagePackReader(bytes).Skip().Length.ShouldBe(depth);
        }
        else
        {
            // An empty array in 64 others needs no level of its own; one with an element does.
            bytes = [.. Enumerable.Repeat((byte)0x91, depth), 0xc0];
            Should.Throw<MessagePackFormatException>(() => new MessagePackReader(bytes).Skip()).Reason.ShouldContain("deeper than 64");
        }
    }

    [Theory]
    [InlineData("c0", "nil")]
    [InlineData("c3", "a boolean")]
    [InlineData("cb3ff8000000000000", "a float")]
    [InlineData("ca3f800000", "a float")]
    [InlineData("a178", "a string")]
    [InlineData("c400", "a binary")]
    [InlineData("90", "an array")]
    [InlineData("80", "a map")]
    [InlineData("d40500", "an extension")]
    public void ReadInt64_AnotherKind_NamesBoth(string hex, string kind)
    {
        var error = Should.Throw<MessagePackFormatException>(() => new MessagePackReader(Hex.Bytes(hex)).ReadInt64());

        error.Reason.ShouldBe($"expected an integer but found {kind}");
    }

    [Fact]
    public void ReadInt64_Above63Bits_Throws() => Should.Throw<MessagePackFormatException>(
        () => new MessagePackReader(Hex.Bytes("cf8000000000000000")).ReadInt64()).Reason.ShouldContain("9223372036854775808");

    [Fact]
    public void ReadUInt64_Negative_Throws() =>
        Should.Throw<MessagePackFormatException>(() => new MessagePackReader([0xff]).ReadUInt64()).Reason.ShouldContain("-1");

    [Fact]
    public void ReadTimestamp_OtherExtensionOrSize_Throws()
    {
        Should.Throw<MessagePackFormatException>(() => new MessagePackReader(Hex.Bytes("d60d00000000")).ReadTimestamp());
        Should.Throw<MessagePackFormatException>(() => new MessagePackReader(Hex.Bytes("d4ff00")).ReadTimestamp());
    }

    [Fact]
    public void TryReadRaw_BytesThatAreNotNext_LeavesTheReader()
    {
        var reader = new MessagePackReader([0xa1, 0x61, 0x01]);

        reader.TryReadRaw([0xa1, 0x62]).ShouldBeFalse();
        reader.Offset.ShouldBe(0);
        reader.TryReadRaw([0xa1, 0x61]).ShouldBeTrue();
        reader.TryReadRaw([0x01, 0x02]).ShouldBeFalse();
        reader.ReadInt64().ShouldBe(1);
    }
}
