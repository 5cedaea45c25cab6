using System.Globalization;
using System.Text;

namespace OpenGoDirectory;

/// <summary>Decoded values as one short line.</summary>
internal static class ValueText
{
    private const int LongestBytes = 8;

    /// <summary>A value that was read as untyped, written like JSON where JSON has a form for it.</summary>
    /// <param name="value">The value.</param>
    /// <param name="longest">How many characters may be shown; what is cut off ends in an ellipsis.</param>
    public static string Describe(object? value, int longest)
    {
        var text = new StringBuilder();
        Append(text, value, longest);
        return Shorten(text.ToString(), longest);
    }

    /// <summary>A key, with what cannot be printed made visible.</summary>
    public static string OfKey(string key, int longest)
    {
        var text = new StringBuilder();
        AppendEscaped(text, key, longest);
        return key.Length == 0 ? "(empty)" : Shorten(text.ToString(), longest);
    }

    private static void Append(StringBuilder text, object? value, int longest)
    {
        if (text.Length > longest)
        {
            return;
        }

        switch (value)
        {
            case null:
                text.Append("null");
                break;
            case bool flag:
                text.Append(flag ? "true" : "false");
                break;
            case string word:
                text.Append('"');
                AppendEscaped(text, word, longest);
                text.Append('"');
                break;
            case byte[] bytes:
                text.Append(CultureInfo.InvariantCulture, $"{bytes.Length} bytes {Convert.ToHexStringLower(bytes.AsSpan(0, Math.Min(bytes.Length, LongestBytes)))}");
                text.Append(bytes.Length > LongestBytes ? "…" : "");
                break;
            case DateTimeOffset instant:
                text.Append(instant.ToString("O", CultureInfo.InvariantCulture));
                break;
            case List<object?> items:
                AppendAll(text, '[', items, ']', longest, static (text, item, longest) => Append(text, item, longest));
                break;
            case Dictionary<string, object?> members:
                AppendAll(text, '{', members.OrderBy(member => member.Key, StringComparer.Ordinal), '}', longest, static (text, member, longest) =>
                {
                    AppendEscaped(text, member.Key, longest);
                    text.Append(": ");
                    Append(text, member.Value, longest);
                });
                break;
            default:
                text.Append(CultureInfo.InvariantCulture, $"{value}");
                break;
        }
    }

    private static void AppendAll<T>(StringBuilder text, char open, IEnumerable<T> items, char close, int longest, Action<StringBuilder, T, int> append)
    {
        var separator = "";
        text.Append(open);
        foreach (var item in items)
        {
            text.Append(separator);
            append(text, item, longest);
            separator = ", ";
            if (text.Length > longest)
            {
                return;
            }
        }

        text.Append(close);
    }

    private static void AppendEscaped(StringBuilder text, string word, int longest)
    {
        foreach (var rune in word.EnumerateRunes())
        {
            if (text.Length > longest)
            {
                return;
            }

            if (Rune.IsControl(rune))
            {
                text.Append(CultureInfo.InvariantCulture, $"\\u{rune.Value:x4}");
            }
            else
            {
                text.Append(rune.ToString());
            }
        }
    }

    private static string Shorten(string text, int longest)
    {
        if (text.Length <= longest)
        {
            return text;
        }

        // Not through the middle of a surrogate pair.
        var end = char.IsHighSurrogate(text[longest - 2]) ? longest - 2 : longest - 1;
        return text[..end] + "…";
    }
}
