using System.Runtime.CompilerServices;

namespace SnapshotKv.MessagePack;

/// <summary>
/// Reads MessagePack from a span, forward only. Every length is checked against the bytes that are left before it is believed, so that hostile
/// input can neither read beyond the span nor make a caller allocate for elements that cannot be there.
/// </summary>
/// <remarks>All reads throw <see cref="MessagePackFormatException"/> on damaged or unexpected input. Strings are returned as bytes: what is not UTF-8 stays visible.</remarks>
internal ref struct MessagePackReader(ReadOnlySpan<byte> source)
{
    /// <summary>How deep arrays and maps may lie in each other; as deep as System.Text.Json's default, and shared by both formats.</summary>
    public const int MaxDepth = 64;

    private readonly ReadOnlySpan<byte> _source = source;
    private int _offset;

    /// <summary>The offset of the next token.</summary>
    public readonly int Offset => _offset;

    public readonly bool IsAtEnd => _offset == _source.Length;

    public readonly int Remaining => _source.Length - _offset;

    /// <summary>The kind of the next token, which is left unread.</summary>
    public readonly MessagePackKind NextKind => Peek().Kind;

    /// <summary>The next token, which is left unread; its payload or elements are known to fit into the bytes left.</summary>
    public readonly MessagePackToken Peek()
    {
        if (!MessagePackToken.TryRead(_source[_offset..], out var token))
        {
            throw new MessagePackFormatException("the bytes end inside a value", _offset);
        }

        if (token.Kind == MessagePackKind.None)
        {
            throw new MessagePackFormatException("the byte c1 is not MessagePack", _offset);
        }

        // An element takes one byte at the least.
        if (token.Kind >= MessagePackKind.String && token.PayloadSize + token.ChildCount > (ulong)(_source.Length - _offset - token.HeadSize))
        {
            throw new MessagePackFormatException($"a length of {token.Length} goes beyond the bytes that are left", _offset);
        }

        return token;
    }

    /// <summary>Reads the next token's head, and leaves the reader on its payload or first element.</summary>
    public MessagePackToken ReadHead()
    {
        var token = Peek();
        _offset += token.HeadSize;
        return token;
    }

    public bool TryReadNil()
    {
        if (_offset < _source.Length && _source[_offset] == 0xc0)
        {
            _offset++;
            return true;
        }

        return false;
    }

    /// <summary>Passes over the given bytes if they are next: a cheap way to recognize a name that is expected.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool TryReadRaw(scoped ReadOnlySpan<byte> expected)
    {
        if (_source[_offset..].StartsWith(expected))
        {
            _offset += expected.Length;
            return true;
        }

        return false;
    }

    /// <summary>Reads a string of up to 31 bytes by its one-byte head, as most are, at a glance; false leaves the reader where it is.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool TryReadShortString(out ReadOnlySpan<byte> bytes)
    {
        const int FixedCode = 0xa0, LengthBits = 0x1f;
        var rest = _source[_offset..];
        if (!rest.IsEmpty && (rest[0] & ~LengthBits) == FixedCode)
        {
            var length = rest[0] & LengthBits;
            if (length < rest.Length)
            {
                bytes = rest.Slice(1, length);
                _offset += 1 + length;
                return true;
            }
        }

        bytes = default;
        return false;
    }

    public bool ReadBoolean() => Expect(MessagePackKind.Boolean, "a boolean").Bits != 0;

    public long ReadInt64()
    {
        var start = _offset;
        var token = ReadHead();
        return token.Kind switch
        {
            MessagePackKind.NegativeInteger => (long)token.Bits,
            MessagePackKind.UnsignedInteger when token.Bits <= long.MaxValue => (long)token.Bits,
            MessagePackKind.UnsignedInteger => throw new MessagePackFormatException($"the integer {token.Bits} is larger than 64 signed bits hold", start),
            _ => throw Unexpected(token, "an integer", start),
        };
    }

    public ulong ReadUInt64()
    {
        var start = _offset;
        var token = ReadHead();
        return token.Kind switch
        {
            MessagePackKind.UnsignedInteger => token.Bits,
            MessagePackKind.NegativeInteger => throw new MessagePackFormatException($"the integer {(long)token.Bits} is negative", start),
            _ => throw Unexpected(token, "an integer", start),
        };
    }

    /// <summary>Reads a float of either width.</summary>
    public double ReadDouble()
    {
        var start = _offset;
        var token = ReadHead();
        return token.Kind switch
        {
            MessagePackKind.Float64 => BitConverter.UInt64BitsToDouble(token.Bits),
            MessagePackKind.Float32 => BitConverter.UInt32BitsToSingle((uint)token.Bits),
            _ => throw Unexpected(token, "a float", start),
        };
    }

    /// <summary>Reads a string's bytes, which are usually but not surely UTF-8. The span is part of the source.</summary>
    public ReadOnlySpan<byte> ReadStringBytes() => Take(Expect(MessagePackKind.String, "a string").Length);

    public ReadOnlySpan<byte> ReadBinary() => Take(Expect(MessagePackKind.Binary, "a binary").Length);

    /// <summary>Reads the text of a map key or name: a string or, as Go's decoder allows, a binary.</summary>
    public ReadOnlySpan<byte> ReadStringOrBinary()
    {
        var start = _offset;
        var token = ReadHead();
        return token.Kind is MessagePackKind.String or MessagePackKind.Binary ? Take(token.Length) : throw Unexpected(token, "a string", start);
    }

    /// <summary>Reads what follows the head of a string, binary or extension that was just read.</summary>
    public ReadOnlySpan<byte> ReadPayload(MessagePackToken head) => Take(head.Length);

    public int ReadArrayHead() => (int)Expect(MessagePackKind.Array, "an array").Length;

    public int ReadMapHead() => (int)Expect(MessagePackKind.Map, "a map").Length;

    public ReadOnlySpan<byte> ReadExtension(out sbyte type)
    {
        var token = Expect(MessagePackKind.Extension, "an extension");
        type = token.ExtensionType;
        return Take(token.Length);
    }

    /// <summary>Reads an extension of type -1 with 4, 8 or 12 bytes.</summary>
    public MessagePackTimestamp ReadTimestamp()
    {
        var start = _offset;
        var payload = ReadExtension(out var type);
        return type == MessagePackTimestamp.ExtensionType && MessagePackTimestamp.TryRead(payload, out var timestamp)
            ? timestamp
            : throw new MessagePackFormatException("expected a timestamp (extension -1 of 4, 8 or 12 bytes)", start);
    }

    /// <summary>Passes over one value with all it contains, and returns its bytes. Takes no stack for nesting.</summary>
    /// <exception cref="MessagePackFormatException">The value is incomplete, damaged or nested deeper than <see cref="MaxDepth"/>.</exception>
    public ReadOnlySpan<byte> Skip()
    {
        var start = _offset;
        var token = ReadHead();
        _offset += (int)token.PayloadSize;
        if (token.ChildCount != 0)
        {
            SkipChildren(token.ChildCount);
        }

        return _source[start.._offset];
    }

    private void SkipChildren(ulong count)
    {
        Pending pending = default;
        pending[0] = count;
        var depth = 0;
        while (depth >= 0)
        {
            if (pending[depth] == 0)
            {
                depth--;
                continue;
            }

            pending[depth]--;
            var start = _offset;
            var token = ReadHead();
            _offset += (int)token.PayloadSize;
            if (token.ChildCount == 0)
            {
                continue;
            }

            if (++depth == MaxDepth)
            {
                throw new MessagePackFormatException($"values are nested deeper than {MaxDepth}", start);
            }

            pending[depth] = token.ChildCount;
        }
    }

    private MessagePackToken Expect(MessagePackKind kind, string what)
    {
        var start = _offset;
        var token = ReadHead();
        return token.Kind == kind ? token : throw Unexpected(token, what, start);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private ReadOnlySpan<byte> Take(uint length)
    {
        var bytes = _source.Slice(_offset, (int)length);
        _offset += (int)length;
        return bytes;
    }

    private static MessagePackFormatException Unexpected(MessagePackToken token, string wanted, int offset) =>
        new($"expected {wanted} but found {Describe(token.Kind)}", offset);

    /// <summary>A kind in words, with its article.</summary>
    public static string Describe(MessagePackKind kind) => kind switch
    {
        MessagePackKind.Nil => "nil",
        MessagePackKind.Boolean => "a boolean",
        MessagePackKind.UnsignedInteger or MessagePackKind.NegativeInteger => "an integer",
        MessagePackKind.Float32 or MessagePackKind.Float64 => "a float",
        MessagePackKind.String => "a string",
        MessagePackKind.Binary => "a binary",
        MessagePackKind.Array => "an array",
        MessagePackKind.Map => "a map",
        MessagePackKind.Extension => "an extension",
        _ => "no value",
    };

    /// <summary>The elements still to skip on each level.</summary>
    [InlineArray(MaxDepth)]
    private struct Pending
    {
        private ulong _first;
    }
}
