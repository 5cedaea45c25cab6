using System.Buffers;
using System.Buffers.Text;
using System.Globalization;
using System.Text;

namespace SnapshotKv.Format;

/// <summary>
/// The inside of JSON strings as bytes. The framework's own reader throws on lone surrogates and on bytes that are not UTF-8; Go turns both into
/// U+FFFD, and so does this.
/// </summary>
internal static class JsonText
{
    /// <summary>The most bytes that escaping makes of one.</summary>
    public const int LargestExpansion = 6;

    // Escaped as Go does: what HTML or JavaScript would trip over, too. U+2028 and U+2029 begin with e2; other bytes that do are passed on below.
    private static readonly SearchValues<byte> Special = SearchValues.Create(
    [
        .. Enumerable.Range(0, 0x20).Select(b => (byte)b), (byte)'"', (byte)'\\', (byte)'<', (byte)'>', (byte)'&',
        .. Enumerable.Range(0x80, 0x80).Select(b => (byte)b),
    ]);

    private static ReadOnlySpan<byte> HexDigits => "0123456789abcdef"u8;

    /// <summary>Writes text as the inside of a JSON string, and returns the bytes written.</summary>
    public static int Escape(ReadOnlySpan<byte> utf8, Span<byte> destination)
    {
        var written = 0;
        while (!utf8.IsEmpty)
        {
            var plain = utf8.IndexOfAny(Special);
            plain = plain < 0 ? utf8.Length : plain;
            utf8[..plain].CopyTo(destination[written..]);
            written += plain;
            utf8 = utf8[plain..];
            if (utf8.IsEmpty)
            {
                break;
            }

            _ = Rune.DecodeFromUtf8(utf8, out var rune, out var consumed);
            utf8 = utf8[consumed..];
            written += rune.Value is >= 0x80 and not (0x2028 or 0x2029)
                ? rune.EncodeToUtf8(destination[written..])
                : EscapeOne(rune.Value, destination[written..]);
        }

        return written;
    }

    /// <summary>Turns the inside of a JSON string, which the JSON reader found well-formed, into UTF-8.</summary>
    /// <returns>The bytes written; never more than there were.</returns>
    public static int Unescape(ReadOnlySpan<byte> text, Span<byte> destination)
    {
        var written = 0;
        while (!text.IsEmpty)
        {
            if (text[0] != '\\')
            {
                var run = text.IndexOf((byte)'\\');
                run = run < 0 ? text.Length : run;
                text[..run].CopyTo(destination[written..]);
                written += run;
                text = text[run..];
            }
            else if (text[1] != 'u')
            {
                destination[written++] = Unescape(text[1]);
                text = text[2..];
            }
            else
            {
                written += UnescapeRune(ref text).EncodeToUtf8(destination[written..]);
            }
        }

        return written;
    }

    /// <summary>Bytes as UTF-8, with what is not replaced by U+FFFD; the same array when there is nothing to replace.</summary>
    public static byte[] ReplaceInvalid(byte[] bytes) =>
        System.Text.Unicode.Utf8.IsValid(bytes) ? bytes : Encoding.UTF8.GetBytes(Encoding.UTF8.GetString(bytes));

    /// <summary>Decodes padded standard base64; line breaks may lie inside, as Go allows.</summary>
    public static bool TryDecodeBase64(ReadOnlySpan<byte> text, Span<byte> destination, out int written)
    {
        written = 0;
        return text.IndexOfAny((byte)' ', (byte)'\t') < 0
            && Base64.DecodeFromUtf8(text, destination, out var consumed, out written) == OperationStatus.Done
            && consumed == text.Length;
    }

    private static int EscapeOne(int value, Span<byte> destination)
    {
        var letter = value switch
        {
            '"' or '\\' => (byte)value,
            '\n' => (byte)'n',
            '\r' => (byte)'r',
            '\t' => (byte)'t',
            _ => (byte)0,
        };
        destination[0] = (byte)'\\';
        if (letter != 0)
        {
            destination[1] = letter;
            return 2;
        }

        destination[1] = (byte)'u';
        for (var i = 0; i < 4; i++)
        {
            destination[2 + i] = HexDigits[(value >> (12 - (4 * i))) & 0xf];
        }

        return 6;
    }

    private static byte Unescape(byte letter) => letter switch
    {
        (byte)'b' => 8,
        (byte)'f' => 12,
        (byte)'n' => 10,
        (byte)'r' => 13,
        (byte)'t' => 9,
        _ => letter,
    };

    private static Rune UnescapeRune(ref ReadOnlySpan<byte> text)
    {
        var unit = ReadUnit(text);
        text = text[6..];
        if (Rune.TryCreate(unit, out var rune))
        {
            return rune;
        }

        if (text.Length >= 6 && text[0] == '\\' && text[1] == 'u' && Rune.TryCreate(unit, ReadUnit(text), out rune))
        {
            text = text[6..];
            return rune;
        }

        return Rune.ReplacementChar;
    }

    private static char ReadUnit(ReadOnlySpan<byte> escape) =>
        (char)ushort.Parse(escape.Slice(2, 4), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture);
}
