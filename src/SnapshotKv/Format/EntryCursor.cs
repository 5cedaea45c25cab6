using SnapshotKv.MessagePack;

namespace SnapshotKv.Format;

/// <summary>Reads the tokens of one entry from what is in sight of it. Each method returns false when the bytes end first.</summary>
/// <param name="source">What is in sight, from the entry's first byte on.</param>
/// <param name="sourceOffset">Where that is in the snapshot.</param>
internal ref struct EntryCursor(ReadOnlySpan<byte> source, long sourceOffset)
{
    private readonly ReadOnlySpan<byte> _source = source;

    /// <summary>The bytes read.</summary>
    public int Position { get; private set; }

    /// <summary>After a method returned false: the bytes from the entry's first on that it takes at the least to go on.</summary>
    public ulong Claimed { get; private set; }

    /// <summary>The offset of the next token in the snapshot.</summary>
    public readonly long Offset => sourceOffset + Position;

    public readonly SnapshotDamageException Damage(string reason) => new(reason, Offset);

    /// <summary>Reads a head; the cursor then stands on its payload or first element. A payload is known to be in sight.</summary>
    public bool TryReadHead(out MessagePackToken token)
    {
        if (!MessagePackToken.TryRead(_source[Position..], out token))
        {
            Claimed = (ulong)_source.Length + 1;
            return false;
        }

        if (token.Kind == MessagePackKind.None)
        {
            throw Damage("the byte c1 is not MessagePack");
        }

        Claimed = (ulong)Position + token.HeadSize + token.PayloadSize + token.ChildCount;
        if (token.PayloadSize > (uint)(_source.Length - Position - token.HeadSize))
        {
            return false;
        }

        Position += token.HeadSize;
        return true;
    }

    /// <summary>Reads one whole value of any size and depth.</summary>
    public bool TryReadValue(out ReadOnlySpan<byte> value)
    {
        value = default;
        var start = Position;
        for (var owed = 1UL; owed > 0; owed--)
        {
            // A token takes a byte at the least.
            var left = (ulong)(_source.Length - Position);
            if (owed > left)
            {
                Claimed = (ulong)Position + owed;
                return false;
            }

            if (!TryReadHead(out var token))
            {
                return false;
            }

            Position += (int)token.PayloadSize;
            owed += token.ChildCount;
        }

        value = _source[start..Position];
        return true;
    }

    /// <summary>Reads text: a string, or as Go's decoder allows, a binary, or nil for none.</summary>
    public bool TryReadText(bool allowsNil, string what, out ReadOnlySpan<byte> text)
    {
        text = default;
        var start = this;
        if (!TryReadHead(out var token))
        {
            return false;
        }

        if (token.Kind is MessagePackKind.String or MessagePackKind.Binary)
        {
            text = _source.Slice(Position, (int)token.Length);
            Position += text.Length;
            return true;
        }

        return allowsNil && token.Kind == MessagePackKind.Nil
            ? true
            : throw start.Damage($"expected {what} but found {MessagePackReader.Describe(token.Kind)}");
    }

    /// <summary>Reads an integer of any width, one above 63 bits wrapping as in Go, or nil for 0.</summary>
    public bool TryReadInteger(string what, out long value)
    {
        value = 0;
        var start = this;
        if (!TryReadHead(out var token))
        {
            return false;
        }

        value = (long)token.Bits;
        return token.Kind is MessagePackKind.UnsignedInteger or MessagePackKind.NegativeInteger or MessagePackKind.Nil
            ? true
            : throw start.Damage($"expected {what} but found {MessagePackReader.Describe(token.Kind)}");
    }
}
