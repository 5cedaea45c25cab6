using System.Buffers;
using System.Buffers.Binary;
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Text;

namespace SnapshotKv.MessagePack;

/// <summary>
/// Writes MessagePack into a buffer writer, each value in its shortest form. Call <see cref="Flush"/> when done: until then the last bytes are
/// not advanced over.
/// </summary>
internal ref struct MessagePackWriter(IBufferWriter<byte> output)
{
    private const int SmallestSpan = 256;

    private readonly IBufferWriter<byte> _output = output;
    private Span<byte> _span = [];
    private int _used;

    /// <summary>Hands everything written so far to the buffer writer.</summary>
    public void Flush()
    {
        if (_used > 0)
        {
            _output.Advance(_used);
        }

        _span = [];
        _used = 0;
    }

    public void WriteNil() => Reserve(1)[0] = 0xc0;

    public void WriteBoolean(bool value) => Reserve(1)[0] = value ? (byte)0xc3 : (byte)0xc2;

    public void WriteInt64(long value)
    {
        if (value >= 0)
        {
            WriteUInt64((ulong)value);
        }
        else if (value >= -32)
        {
            Reserve(1)[0] = (byte)value;
        }
        else if (value >= sbyte.MinValue)
        {
            var span = Reserve(2);
            span[0] = 0xd0;
            span[1] = (byte)value;
        }
        else if (value >= short.MinValue)
        {
            var span = Reserve(3);
            span[0] = 0xd1;
            BinaryPrimitives.WriteInt16BigEndian(span[1..], (short)value);
        }
        else if (value >= int.MinValue)
        {
            var span = Reserve(5);
            span[0] = 0xd2;
            BinaryPrimitives.WriteInt32BigEndian(span[1..], (int)value);
        }
        else
        {
            WriteInt64FullWidth(value);
        }
    }

    /// <summary>Writes nine bytes whatever the value, as Go does for expiries.</summary>
    public void WriteInt64FullWidth(long value)
    {
        var span = Reserve(9);
        span[0] = 0xd3;
        BinaryPrimitives.WriteInt64BigEndian(span[1..], value);
    }

    public void WriteUInt64(ulong value)
    {
        switch (value)
        {
            case <= 0x7f:
                Reserve(1)[0] = (byte)value;
                break;
            case <= byte.MaxValue:
                WriteHead8(0xcc, (uint)value);
                break;
            case <= ushort.MaxValue:
                WriteHead16(0xcd, (uint)value);
                break;
            case <= uint.MaxValue:
                WriteHead32(0xce, (uint)value);
                break;
            default:
                var span = Reserve(9);
                span[0] = 0xcf;
                BinaryPrimitives.WriteUInt64BigEndian(span[1..], value);
                break;
        }
    }

    public void WriteSingle(float value)
    {
        var span = Reserve(5);
        span[0] = 0xca;
        BinaryPrimitives.WriteSingleBigEndian(span[1..], value);
    }

    public void WriteDouble(double value)
    {
        var span = Reserve(9);
        span[0] = 0xcb;
        BinaryPrimitives.WriteDoubleBigEndian(span[1..], value);
    }

    /// <summary>Writes text as UTF-8.</summary>
    /// <exception cref="ArgumentException">The text has an unpaired surrogate, which UTF-8 cannot carry.</exception>
    public void WriteString(scoped ReadOnlySpan<char> value)
    {
        // The head's width is known only once the length is. Short text is written in place behind the head that it has if it is ASCII,
        // and moved if it turns out longer: worst case three bytes a character.
        const int LongestInPlace = 80;
        if (value.Length <= LongestInPlace)
        {
            WriteShortString(value);
            return;
        }

        var rented = ArrayPool<byte>.Shared.Rent(Encoding.UTF8.GetMaxByteCount(value.Length));
        try
        {
            WriteString(rented.AsSpan(0, Transcode(value, rented)));
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(rented);
        }
    }

    private void WriteShortString(scoped ReadOnlySpan<char> value)
    {
        const int LongestHead = 2;
        var most = LongestHead + (value.Length * 3);
        if (_span.Length - _used < most)
        {
            Grow(most);
        }

        var span = _span[_used..];
        var guess = value.Length < 32 ? 1 : 2;
        var length = Transcode(value, span[guess..]);
        var headSize = length < 32 ? 1 : 2;
        if (headSize != guess)
        {
            span.Slice(guess, length).CopyTo(span[headSize..]);
        }

        WriteStringHead((uint)length);
        _used += length;
    }

    /// <summary>Writes text that is UTF-8 already.</summary>
    public void WriteString(scoped ReadOnlySpan<byte> utf8)
    {
        WriteStringHead((uint)utf8.Length);
        WriteRaw(utf8);
    }

    public void WriteStringHead(uint length)
    {
        switch (length)
        {
            case < 32:
                Reserve(1)[0] = (byte)(0xa0 | length);
                break;
            case <= byte.MaxValue:
                WriteHead8(0xd9, length);
                break;
            case <= ushort.MaxValue:
                WriteHead16(0xda, length);
                break;
            default:
                WriteHead32(0xdb, length);
                break;
        }
    }

    public void WriteBinary(scoped ReadOnlySpan<byte> bytes)
    {
        WriteBinaryHead((uint)bytes.Length);
        WriteRaw(bytes);
    }

    public void WriteBinaryHead(uint length)
    {
        switch (length)
        {
            case <= byte.MaxValue:
                WriteHead8(0xc4, length);
                break;
            case <= ushort.MaxValue:
                WriteHead16(0xc5, length);
                break;
            default:
                WriteHead32(0xc6, length);
                break;
        }
    }

    public void WriteArrayHead(int count) => WriteCountHead((uint)count, 0x90, 0xdc);

    public void WriteMapHead(int count) => WriteCountHead((uint)count, 0x80, 0xde);

    /// <summary>Writes an extension with its payload.</summary>
    public void WriteExtension(sbyte type, scoped ReadOnlySpan<byte> payload)
    {
        var length = (uint)payload.Length;
        switch (length)
        {
            case 1 or 2 or 4 or 8 or 16:
                // d4 for one byte, one more for each doubling.
                WriteHead8((byte)(0xd4 + BitOperations.Log2(length)), (byte)type);
                break;
            case <= byte.MaxValue:
                WriteHead8(0xc7, length);
                Reserve(1)[0] = (byte)type;
                break;
            case <= ushort.MaxValue:
                WriteHead16(0xc8, length);
                Reserve(1)[0] = (byte)type;
                break;
            default:
                WriteHead32(0xc9, length);
                Reserve(1)[0] = (byte)type;
                break;
        }

        WriteRaw(payload);
    }

    /// <summary>Writes a timestamp in the shortest of its three layouts.</summary>
    public void WriteTimestamp(MessagePackTimestamp value)
    {
        if (value.Seconds is >= 0 and < 1L << 34)
        {
            if (value.Nanoseconds == 0 && value.Seconds <= uint.MaxValue)
            {
                var span = Reserve(6);
                span[0] = 0xd6;
                span[1] = 0xff;
                BinaryPrimitives.WriteUInt32BigEndian(span[2..], (uint)value.Seconds);
            }
            else
            {
                var span = Reserve(10);
                span[0] = 0xd7;
                span[1] = 0xff;
                BinaryPrimitives.WriteUInt64BigEndian(span[2..], ((ulong)value.Nanoseconds << 34) | (ulong)value.Seconds);
            }
        }
        else
        {
            var span = Reserve(15);
            span[0] = 0xc7;
            span[1] = 12;
            span[2] = 0xff;
            BinaryPrimitives.WriteUInt32BigEndian(span[3..], value.Nanoseconds);
            BinaryPrimitives.WriteInt64BigEndian(span[7..], value.Seconds);
        }
    }

    /// <summary>Writes bytes that are MessagePack already, or the payload after a head.</summary>
    public void WriteRaw(scoped ReadOnlySpan<byte> bytes)
    {
        bytes.CopyTo(Reserve(bytes.Length));
    }

    private void WriteCountHead(uint count, byte fixedCode, byte code16)
    {
        switch (count)
        {
            case < 16:
                Reserve(1)[0] = (byte)(fixedCode | count);
                break;
            case <= ushort.MaxValue:
                WriteHead16(code16, count);
                break;
            default:
                WriteHead32((byte)(code16 + 1), count);
                break;
        }
    }

    private void WriteHead8(byte code, uint value)
    {
        var span = Reserve(2);
        span[0] = code;
        span[1] = (byte)value;
    }

    private void WriteHead16(byte code, uint value)
    {
        var span = Reserve(3);
        span[0] = code;
        BinaryPrimitives.WriteUInt16BigEndian(span[1..], (ushort)value);
    }

    private void WriteHead32(byte code, uint value)
    {
        var span = Reserve(5);
        span[0] = code;
        BinaryPrimitives.WriteUInt32BigEndian(span[1..], value);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private Span<byte> Reserve(int size)
    {
        if (_span.Length - _used < size)
        {
            Grow(size);
        }

        var span = _span.Slice(_used, size);
        _used += size;
        return span;
    }

    private void Grow(int size)
    {
        Flush();
        _span = _output.GetSpan(Math.Max(size, SmallestSpan));
    }

    private static int Transcode(ReadOnlySpan<char> value, Span<byte> utf8) =>
        System.Text.Unicode.Utf8.FromUtf16(value, utf8, out _, out var written, replaceInvalidSequences: false) == OperationStatus.Done
            ? written
            : throw new ArgumentException("The text has an unpaired surrogate, which UTF-8 cannot carry.", nameof(value));
}
