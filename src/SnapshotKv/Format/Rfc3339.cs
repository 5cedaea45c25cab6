using System.Globalization;

namespace SnapshotKv.Format;

/// <summary>Instants as Go writes them in JSON: up to nine fraction digits, of which .NET keeps seven, and an offset or Z.</summary>
internal static class Rfc3339
{
    private const int FractionAt = 19;
    private const int FractionDigits = 7;

    public static bool TryParse(ReadOnlySpan<char> text, out DateTimeOffset value)
    {
        value = default;
        if (text.Length <= FractionAt)
        {
            return false;
        }

        Span<char> cut = stackalloc char[text.Length];
        var rest = text[FractionAt..];
        var digits = rest[0] == '.' ? rest[1..].IndexOfAnyExceptInRange('0', '9') : -1;
        text.CopyTo(cut);
        if (digits > FractionDigits)
        {
            rest[(1 + digits)..].CopyTo(cut[(FractionAt + 1 + FractionDigits)..]);
            cut = cut[..(text.Length - digits + FractionDigits)];
        }

        return DateTimeOffset.TryParseExact(cut, "yyyy-MM-dd'T'HH:mm:ss.FFFFFFFK", CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out value);
    }
}
