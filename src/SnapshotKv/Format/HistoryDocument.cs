using System.Globalization;
using System.Text;
using System.Text.Json;

namespace SnapshotKv.Format;

/// <summary>What a store notes of its snapshots: which are pinned, which its journal needs, and what no restore rolls back. docs/formats/history.md has the layout.</summary>
/// <param name="Pins">The names, each once, in no order.</param>
/// <param name="Holds">What frames of the journal need.</param>
/// <param name="Protected">The prefixes of keys that are never rolled back; none begins with another.</param>
/// <remarks>
/// JSON, a line for each item, so that people can read it:
/// <code>
/// {
///   "version": 1,
///   "pins": [
///     {"name": "before-import", "snapshot": "data-20260301-143022-0001.msgpack.gz", "pinned_at": "2026-03-01T14:30:25Z"[, "automatic": true]}, …
///   ],
///   "holds": [
///     {"snapshot": "data-20260301-143022-0001.msgpack.gz", "sequence": 1234 or null}, …
///   ],
///   "protected": [
///     "session:", …
///   ],
///   "checksum": "1a2b3c4d"
/// }
/// </code>
/// The checksum is CRC-32C of all bytes before the comma that precedes its line, in hex; what follows it is fixed, so that no byte of the file can change unseen.
/// </remarks>
internal sealed record HistoryDocument(IReadOnlyList<HistoryPin> Pins, IReadOnlyList<HistoryHold> Holds, IReadOnlyList<string> Protected)
{
    public const int Version = 1;

    /// <summary>The most bytes that a file may have.</summary>
    public const int MostBytes = 1 << 20;

    /// <summary>The most pins that a file may have.</summary>
    public const int MostPins = 5000;

    /// <summary>The most holds that a file may have: of the journal's frames few are restores, and they are dropped with it.</summary>
    public const int MostHolds = 1000;

    /// <summary>The most prefixes that a file may have.</summary>
    public const int MostPrefixes = 1000;

    private const int DeepestNesting = 8;
    private const string BeforeChecksum = ",\n  \"checksum\": \"";
    private const string AfterChecksum = "\"\n}\n";
    private const int ChecksumDigits = 8;
    private const int EndLength = 29;

    private static readonly JsonDocumentOptions Strict = new() { MaxDepth = DeepestNesting };

    /// <summary>That nothing is noted.</summary>
    public static HistoryDocument Empty { get; } = new([], [], []);

    /// <summary>Whether nothing is noted, which a file need not say.</summary>
    public bool IsEmpty => Pins.Count + Holds.Count + Protected.Count == 0;

    /// <summary>The bytes of a file that says this.</summary>
    public byte[] Encode()
    {
        var text = new StringBuilder("{\n");
        text.Append(CultureInfo.InvariantCulture, $"  \"version\": {Version},\n");
        AppendList(text, "pins", Pins, static pin => string.Create(
            CultureInfo.InvariantCulture,
            $"{{\"name\": {Quote(pin.Name)}, \"snapshot\": {Quote(pin.Snapshot)}, \"pinned_at\": \"{pin.PinnedAt.UtcDateTime:yyyy-MM-dd'T'HH:mm:ss.FFFFFFF}Z\"{(pin.IsAutomatic ? ", \"automatic\": true" : "")}}}"));
        text.Append(",\n");
        AppendList(text, "holds", Holds, static hold => string.Create(
            CultureInfo.InvariantCulture,
            $"{{\"snapshot\": {Quote(hold.Snapshot)}, \"sequence\": {(hold.Sequence is { } sequence ? sequence.ToString(CultureInfo.InvariantCulture) : "null")}}}"));
        text.Append(",\n");
        AppendList(text, "protected", Protected, Quote);
        var checksum = Crc32C.Of(Encoding.UTF8.GetBytes(text.ToString()));
        text.Append(CultureInfo.InvariantCulture, $"{BeforeChecksum}{checksum:x8}{AfterChecksum}");
        return Encoding.UTF8.GetBytes(text.ToString());
    }

    /// <summary>Reads the bytes of a file.</summary>
    /// <exception cref="HistoryDamageException">They are not what <see cref="Encode"/> makes, be it in one bit.</exception>
    public static HistoryDocument Decode(ReadOnlyMemory<byte> bytes)
    {
        CheckEnd(bytes.Span);
        try
        {
            using var document = JsonDocument.Parse(bytes, Strict);
            var root = document.RootElement;
            if (root.GetProperty("version").GetInt32() is var version and not Version)
            {
                throw new HistoryDamageException(string.Create(CultureInfo.InvariantCulture, $"its format version is {version}; version {Version} can be read"));
            }

            return new(
                ReadList(root, "pins", MostPins, ReadPin),
                ReadList(root, "holds", MostHolds, ReadHold),
                ReadList(root, "protected", MostPrefixes, static item => item.GetString() ?? throw new FormatException("a prefix is null")));
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException or KeyNotFoundException or FormatException)
        {
            // The checksum is right, so that no accident has made this of what a store wrote.
            throw new HistoryDamageException($"it is not what a store writes there: {exception.Message}", null, exception);
        }
    }

    private static void CheckEnd(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length < EndLength)
        {
            throw new HistoryDamageException("it is cut short", bytes.Length);
        }

        var start = bytes.Length - EndLength;
        Span<byte> expected = stackalloc byte[EndLength];
        var written = Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{BeforeChecksum}{Crc32C.Of(bytes[..start]):x8}{AfterChecksum}"), expected);
        if (!bytes[start..].SequenceEqual(expected[..written]))
        {
            throw new HistoryDamageException(
                bytes[start..].StartsWith(Encoding.UTF8.GetBytes(BeforeChecksum)) ? "its checksum is wrong: it was damaged, or changed by hand" : "it does not end as it should: it is cut short or damaged",
                start);
        }
    }

    private static HistoryPin ReadPin(JsonElement item) => new(
        ReadText(item, "name"),
        ReadText(item, "snapshot"),
        Rfc3339.TryParse(ReadText(item, "pinned_at"), out var instant) ? instant : throw new FormatException("'pinned_at' is no instant"),
        item.TryGetProperty("automatic", out var automatic) && automatic.GetBoolean());

    private static HistoryHold ReadHold(JsonElement item) => new(
        ReadText(item, "snapshot"),
        item.GetProperty("sequence") is { ValueKind: not JsonValueKind.Null } sequence ? sequence.GetUInt64() : null);

    private static string ReadText(JsonElement item, string name) => item.GetProperty(name).GetString() ?? throw new FormatException($"'{name}' is null");

    private static List<T> ReadList<T>(JsonElement root, string name, int most, Func<JsonElement, T> read)
    {
        var array = root.GetProperty(name);
        if (array.GetArrayLength() > most)
        {
            throw new FormatException(string.Create(CultureInfo.InvariantCulture, $"'{name}' has more than {most} items"));
        }

        return [.. array.EnumerateArray().Select(read)];
    }

    private static void AppendList<T>(StringBuilder text, string name, IReadOnlyList<T> items, Func<T, string> write)
    {
        text.Append(CultureInfo.InvariantCulture, $"  \"{name}\": [");
        for (var i = 0; i < items.Count; i++)
        {
            text.Append(i == 0 ? "\n    " : ",\n    ").Append(write(items[i]));
        }

        text.Append(items.Count == 0 ? "]" : "\n  ]");
    }

    /// <summary>Everything beyond ASCII is escaped: a file that an editor saved in another encoding would still say the same, and be refused by its checksum.</summary>
    private static string Quote(string text) => $"\"{JsonEncodedText.Encode(text)}\"";
}
