using SnapshotKv.MessagePack;

namespace SnapshotKv.Tests.MessagePack;

public sealed class MessagePackTokenTests
{
    /// <summary>What the specification says of each code, told another way than the code under test does: kind, and bytes of head.</summary>
    private static (MessagePackKind Kind, int HeadSize) Specified(int code) => code switch
    {
        < 0x80 => (MessagePackKind.UnsignedInteger, 1),
        < 0x90 => (MessagePackKind.Map, 1),
        < 0xa0 => (MessagePackKind.Array, 1),
        < 0xc0 => (MessagePackKind.String, 1),
        >= 0xe0 => (MessagePackKind.NegativeInteger, 1),
        0xc0 => (MessagePackKind.Nil, 1),
        0xc1 => (MessagePackKind.None, 1),
        0xc2 or 0xc3 => (MessagePackKind.Boolean, 1),
        0xc4 => (MessagePackKind.Binary, 2),
        0xc5 => (MessagePackKind.Binary, 3),
        0xc6 => (MessagePackKind.Binary, 5),
        0xc7 => (MessagePackKind.Extension, 3),
        0xc8 => (MessagePackKind.Extension, 4),
        0xc9 => (MessagePackKind.Extension, 6),
        0xca => (MessagePackKind.Float32, 5),
        0xcb => (MessagePackKind.Float64, 9),
        0xcc => (MessagePackKind.UnsignedInteger, 2),
        0xcd => (MessagePackKind.UnsignedInteger, 3),
        0xce => (MessagePackKind.UnsignedInteger, 5),
        0xcf => (MessagePackKind.UnsignedInteger, 9),
        0xd0 => (MessagePackKind.UnsignedInteger, 2),
        0xd1 => (MessagePackKind.UnsignedInteger, 3),
        0xd2 => (MessagePackKind.UnsignedInteger, 5),
        0xd3 => (MessagePackKind.UnsignedInteger, 9),
        <= 0xd8 => (MessagePackKind.Extension, 2),
        0xd9 => (MessagePackKind.String, 2),
        0xda => (MessagePackKind.String, 3),
        0xdb => (MessagePackKind.String, 5),
        0xdc => (MessagePackKind.Array, 3),
        0xdd => (MessagePackKind.Array, 5),
        0xde => (MessagePackKind.Map, 3),
        _ => (MessagePackKind.Map, 5),
    };

    [Fact]
    public void TryRead_EveryCodeFollowedByZeros_HasTheSpecifiedKindAndHead()
    {
        for (var code = 0; code <= byte.MaxValue; code++)
        {
            var bytes = new byte[16];
            bytes[0] = (byte)code;

            MessagePackToken.TryRead(bytes, out var token).ShouldBeTrue();

            ((token.Kind, (int)token.HeadSize)).ShouldBe(Specified(code), $"code {code:x2}");
        }
    }

    [Fact]
    public void TryRead_EveryCodeCutInsideItsHead_SaysSo()
    {
        for (var code = 0; code <= byte.MaxValue; code++)
        {
            var bytes = new byte[16];
            bytes[0] = (byte)code;
            for (var length = 0; length < Specified(code).HeadSize; length++)
            {
                MessagePackToken.TryRead(bytes.AsSpan(0, length), out var token).ShouldBeFalse($"code {code:x2}, {length} bytes");
                token.HeadSize.ShouldBe((byte)0);
            }
        }
    }

    [Theory]
    [InlineData("7f", 127UL)]
    [InlineData("ccff", 255UL)]
    [InlineData("cdffff", 65535UL)]
    [InlineData("ceffffffff", 4294967295UL)]
    [InlineData("cfffffffffffffffff", ulong.MaxValue)]
    [InlineData("d07f", 127UL)]
    [InlineData("d17fff", 32767UL)]
    [InlineData("d27fffffff", 2147483647UL)]
    [InlineData("d37fffffffffffffff", 9223372036854775807UL)]
    public void TryRead_IntegerNotBelowZero_IsUnsignedWhateverItsCode(string hex, ulong value)
    {
        MessagePackToken.TryRead(Hex.Bytes(hex), out var token).ShouldBeTrue();

        token.Kind.ShouldBe(MessagePackKind.UnsignedInteger);
        token.Bits.ShouldBe(value);
    }

    [Theory]
    [InlineData("ff", -1L)]
    [InlineData("e0", -32L)]
    [InlineData("d1ffff", -1L)]
    [InlineData("d2ffffffff", -1L)]
    [InlineData("d3ffffffffffffffff", -1L)]
    [InlineData("d080", -128L)]
    [InlineData("d0ff", -1L)]
    [InlineData("d18000", -32768L)]
    [InlineData("d280000000", -2147483648L)]
    [InlineData("d38000000000000000", long.MinValue)]
    public void TryRead_IntegerBelowZero_IsNegative(string hex, long value)
    {
        MessagePackToken.TryRead(Hex.Bytes(hex), out var token).ShouldBeTrue();

        token.Kind.ShouldBe(MessagePackKind.NegativeInteger);
        ((long)token.Bits).ShouldBe(value);
    }

    [Theory]
    [InlineData("bf", MessagePackKind.String, 31u)]
    [InlineData("d9ff", MessagePackKind.String, 255u)]
    [InlineData("daffff", MessagePackKind.String, 65535u)]
    [InlineData("dbffffffff", MessagePackKind.String, uint.MaxValue)]
    [InlineData("c4ff", MessagePackKind.Binary, 255u)]
    [InlineData("c5ffff", MessagePackKind.Binary, 65535u)]
    [InlineData("c6ffffffff", MessagePackKind.Binary, uint.MaxValue)]
    [InlineData("9f", MessagePackKind.Array, 15u)]
    [InlineData("dcffff", MessagePackKind.Array, 65535u)]
    [InlineData("ddffffffff", MessagePackKind.Array, uint.MaxValue)]
    [InlineData("8f", MessagePackKind.Map, 15u)]
    [InlineData("deffff", MessagePackKind.Map, 65535u)]
    [InlineData("dfffffffff", MessagePackKind.Map, uint.MaxValue)]
    [InlineData("d405", MessagePackKind.Extension, 1u)]
    [InlineData("d505", MessagePackKind.Extension, 2u)]
    [InlineData("d605", MessagePackKind.Extension, 4u)]
    [InlineData("d705", MessagePackKind.Extension, 8u)]
    [InlineData("c7ff05", MessagePackKind.Extension, 255u)]
    [InlineData("c8ffff05", MessagePackKind.Extension, 65535u)]
    [InlineData("d805", MessagePackKind.Extension, 16u)]
    [InlineData("c9ffffffff05", MessagePackKind.Extension, uint.MaxValue)]
    internal void TryRead_HeadWithLength_TellsIt(string hex, MessagePackKind kind, uint length)
    {
        MessagePackToken.TryRead(Hex.Bytes(hex), out var token).ShouldBeTrue();

        token.Kind.ShouldBe(kind);
        token.Length.ShouldBe(length);
        token.ChildCount.ShouldBe(kind switch { MessagePackKind.Array => length, MessagePackKind.Map => 2UL * length, _ => 0 });
        if (kind == MessagePackKind.Extension)
        {
            token.ExtensionType.ShouldBe((sbyte)5);
        }
    }
}
