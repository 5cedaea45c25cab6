using System.Buffers.Binary;
using System.Runtime.CompilerServices;

namespace SnapshotKv.MessagePack;

/// <summary>
/// The head of one MessagePack value: its kind, and the scalar or the length that the head carries. This is the only place that knows the
/// format's codes; reader, skipper and snapshot parser stand on it.
/// </summary>
/// <remarks>
/// Source: the MessagePack specification (github.com/msgpack/msgpack, spec.md). Every width of every kind is accepted, also ones longer than
/// needed: writers differ in that. Numbers are big-endian.
/// </remarks>
internal readonly struct MessagePackToken
{
    private const byte Nil = 0xc0, False = 0xc2, True = 0xc3, Bin8 = 0xc4, Bin16 = 0xc5, Bin32 = 0xc6, Ext8 = 0xc7, Ext16 = 0xc8, Ext32 = 0xc9;
    private const byte Float32 = 0xca, Float64 = 0xcb, UInt8 = 0xcc, UInt16 = 0xcd, UInt32 = 0xce, UInt64 = 0xcf;
    private const byte Int8 = 0xd0, Int16 = 0xd1, Int32 = 0xd2, Int64 = 0xd3, FixExt1 = 0xd4, FixExt16 = 0xd8;
    private const byte Str8 = 0xd9, Str16 = 0xda, Str32 = 0xdb, Array16 = 0xdc, Array32 = 0xdd, Map16 = 0xde, Map32 = 0xdf;

    private MessagePackToken(MessagePackKind kind, int headSize, ulong bits, sbyte extensionType = 0)
    {
        Kind = kind;
        HeadSize = (byte)headSize;
        ExtensionType = extensionType;
        Bits = bits;
    }

    public MessagePackKind Kind { get; }

    /// <summary>The bytes of the head itself, 1 to 9; a scalar is all head.</summary>
    public byte HeadSize { get; }

    /// <summary>The type of an extension; -1 is the timestamp.</summary>
    public sbyte ExtensionType { get; }

    /// <summary>The integer in two's complement, the float's bits, 0 or 1 for a boolean, or <see cref="Length"/>.</summary>
    public ulong Bits { get; }

    /// <summary>The payload's bytes for strings, binaries and extensions, the element count of an array, the pair count of a map.</summary>
    public uint Length => (uint)Bits;

    /// <summary>The bytes that follow the head before the next token: the payload of strings, binaries and extensions, else 0.</summary>
    public uint PayloadSize => Kind is MessagePackKind.String or MessagePackKind.Binary or MessagePackKind.Extension ? (uint)Bits : 0;

    /// <summary>How many tokens must follow to complete this value: its elements, or twice its pairs.</summary>
    public ulong ChildCount => Kind switch
    {
        MessagePackKind.Array => Length,
        MessagePackKind.Map => 2UL * Length,
        _ => 0,
    };

    /// <summary>Reads the head at the start of the bytes.</summary>
    /// <returns>
    /// False when the bytes end inside the head; <paramref name="token"/> then has <see cref="HeadSize"/> 0. True otherwise, also for the
    /// unused code c1, whose kind is <see cref="MessagePackKind.None"/>. The payload may still be incomplete.
    /// </returns>
    public static bool TryRead(ReadOnlySpan<byte> source, out MessagePackToken token)
    {
        token = default;
        if (source.IsEmpty)
        {
            return false;
        }

        var code = source[0];
        switch (code)
        {
            case <= 0x7f:
                token = new(MessagePackKind.UnsignedInteger, 1, code);
                return true;
            case <= 0x8f:
                token = new(MessagePackKind.Map, 1, code & 0x0fu);
                return true;
            case <= 0x9f:
                token = new(MessagePackKind.Array, 1, code & 0x0fu);
                return true;
            case <= 0xbf:
                token = new(MessagePackKind.String, 1, code & 0x1fu);
                return true;
            case >= 0xe0:
                token = new(MessagePackKind.NegativeInteger, 1, (ulong)(sbyte)code);
                return true;
            default:
                return TryReadLong(code, source, out token);
        }
    }

    private static bool TryReadLong(byte code, ReadOnlySpan<byte> source, out MessagePackToken token)
    {
        token = default;
        var width = WidthAfter(code);
        if (source.Length <= width)
        {
            return false;
        }

        var rest = source.Slice(1, width);
        token = code switch
        {
            Nil => new(MessagePackKind.Nil, 1, 0),
            False => new(MessagePackKind.Boolean, 1, 0),
            True => new(MessagePackKind.Boolean, 1, 1),
            Bin8 or Bin16 or Bin32 => new(MessagePackKind.Binary, 1 + width, Unsigned(rest)),
            Str8 or Str16 or Str32 => new(MessagePackKind.String, 1 + width, Unsigned(rest)),
            Ext8 or Ext16 or Ext32 => new(MessagePackKind.Extension, 1 + width, Unsigned(rest[..^1]), (sbyte)rest[^1]),
            >= FixExt1 and <= FixExt16 => new(MessagePackKind.Extension, 2, 1UL << (code - FixExt1), (sbyte)rest[0]),
            Float32 => new(MessagePackKind.Float32, 5, Unsigned(rest)),
            Float64 => new(MessagePackKind.Float64, 9, Unsigned(rest)),
            UInt8 or UInt16 or UInt32 or UInt64 => new(MessagePackKind.UnsignedInteger, 1 + width, Unsigned(rest)),
            Int8 or Int16 or Int32 or Int64 => Integer(1 + width, Signed(rest)),
            Array16 or Array32 => new(MessagePackKind.Array, 1 + width, Unsigned(rest)),
            Map16 or Map32 => new(MessagePackKind.Map, 1 + width, Unsigned(rest)),
            _ => new(MessagePackKind.None, 1, 0),
        };
        return true;
    }

    /// <summary>The bytes of the head after its code.</summary>
    private static int WidthAfter(byte code) => code switch
    {
        Bin8 or Str8 or UInt8 or Int8 => 1,
        >= FixExt1 and <= FixExt16 => 1,
        Bin16 or Str16 or UInt16 or Int16 or Array16 or Map16 or Ext8 => 2,
        Ext16 => 3,
        Bin32 or Str32 or UInt32 or Int32 or Array32 or Map32 or Float32 => 4,
        Ext32 => 5,
        UInt64 or Int64 or Float64 => 8,
        _ => 0,
    };

    private static MessagePackToken Integer(int headSize, long value) =>
        new(value < 0 ? MessagePackKind.NegativeInteger : MessagePackKind.UnsignedInteger, headSize, (ulong)value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong Unsigned(ReadOnlySpan<byte> bytes) => bytes.Length switch
    {
        1 => bytes[0],
        2 => BinaryPrimitives.ReadUInt16BigEndian(bytes),
        4 => BinaryPrimitives.ReadUInt32BigEndian(bytes),
        _ => BinaryPrimitives.ReadUInt64BigEndian(bytes),
    };

    private static long Signed(ReadOnlySpan<byte> bytes) => bytes.Length switch
    {
        1 => (sbyte)bytes[0],
        2 => BinaryPrimitives.ReadInt16BigEndian(bytes),
        4 => BinaryPrimitives.ReadInt32BigEndian(bytes),
        _ => BinaryPrimitives.ReadInt64BigEndian(bytes),
    };
}
