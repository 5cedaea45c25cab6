using System.Buffers;
using System.Globalization;

namespace SnapshotKv.Snapshots;

/// <summary>
/// The name of a snapshot file, in the strict form that Go and this library write: <c>data-YYYYMMDD-HHMMSS-CCCC.WORD[.gz]</c>, the local time of
/// the writer and four lower-case hex digits of a counter. Go's own parser takes more (see <see cref="SnapshotCatalog"/>).
/// </summary>
/// <param name="Time">The local time, to the second, without a zone.</param>
/// <param name="Counter">Tells snapshots of one second apart.</param>
/// <param name="Word">The codec: <c>msgpack</c>, <c>json</c>, or what a custom codec of Go's is called.</param>
/// <param name="IsCompressed">Whether <c>.gz</c> ends the name.</param>
internal readonly record struct SnapshotName(DateTime Time, ushort Counter, string Word, bool IsCompressed)
{
    public const string Prefix = "data-";
    public const string MessagePackWord = "msgpack";
    public const string JsonWord = "json";

    private const string TimeFormat = "yyyyMMdd-HHmmss";
    private const string CompressedSuffix = ".gz";
    private const int CounterDigits = 4;

    private static readonly SearchValues<char> LowerHexDigits = SearchValues.Create("0123456789abcdef");

    /// <summary>Whether the codec is one that this library writes.</summary>
    public bool IsOurs => Word is MessagePackWord or JsonWord;

    public static SnapshotName Create(DateTime time, ushort counter, KvFormat format, KvCompression compression) =>
        new(time, counter, format == KvFormat.Json ? JsonWord : MessagePackWord, compression == KvCompression.Gzip);

    public static bool TryParse(ReadOnlySpan<char> text, out SnapshotName name)
    {
        name = default;
        if (!text.StartsWith(Prefix, StringComparison.Ordinal))
        {
            return false;
        }

        var rest = text[Prefix.Length..];
        if (rest.Length <= TimeFormat.Length + 1 + CounterDigits + 1
            || rest[TimeFormat.Length] != '-'
            || rest[TimeFormat.Length + 1 + CounterDigits] != '.'
            || !DateTime.TryParseExact(rest[..TimeFormat.Length], TimeFormat, CultureInfo.InvariantCulture, DateTimeStyles.None, out var time))
        {
            return false;
        }

        var counter = rest.Slice(TimeFormat.Length + 1, CounterDigits);
        var word = rest[(TimeFormat.Length + 1 + CounterDigits + 1)..];
        var isCompressed = word.EndsWith(CompressedSuffix, StringComparison.Ordinal);
        word = isCompressed ? word[..^CompressedSuffix.Length] : word;
        if (counter.ContainsAnyExcept(LowerHexDigits) || !IsWord(word))
        {
            return false;
        }

        name = new(time, ushort.Parse(counter, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture), word.ToString(), isCompressed);
        return true;
    }

    /// <summary>By time, then by counter; only names that differ in nothing but their ends are told apart by these.</summary>
    public static int Compare(SnapshotName left, SnapshotName right)
    {
        var order = left.Time.CompareTo(right.Time);
        order = order != 0 ? order : left.Counter.CompareTo(right.Counter);
        order = order != 0 ? order : string.CompareOrdinal(left.Word, right.Word);
        return order != 0 ? order : left.IsCompressed.CompareTo(right.IsCompressed);
    }

    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture,
        $"{Prefix}{Time.ToString(TimeFormat, CultureInfo.InvariantCulture)}-{Counter:x4}.{Word}{(IsCompressed ? CompressedSuffix : "")}");

    // Letters and digits: "tmp" and the "bak" of somebody's copy are no codecs, and neither is a name of several parts.
    private static bool IsWord(ReadOnlySpan<char> word)
    {
        foreach (var c in word)
        {
            if (!char.IsAsciiLetterOrDigit(c))
            {
                return false;
            }
        }

        return !word.IsEmpty && word is not ("tmp" or "bak" or "gz");
    }
}
