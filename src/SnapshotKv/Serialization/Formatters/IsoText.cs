using System.Buffers;
using System.Text.Json;
using SnapshotKv.MessagePack;

namespace SnapshotKv.Serialization.Formatters;

/// <summary>ISO 8601 text as System.Text.Json takes it, so that both formats read the same.</summary>
internal static class IsoText
{
    private const int Longest = 64;

    private static readonly SearchValues<byte> Allowed = SearchValues.Create("0123456789-:.+TZ"u8);

    public static DateTime ReadDateTime(ref MessagePackReader reader)
    {
        var start = reader.Offset;
        Span<byte> json = stackalloc byte[Longest + 2];
        var text = Quote(reader.ReadStringBytes(), json);
        return text.Read() && text.TryGetDateTime(out var value) ? value : throw ValueErrors.Unfit("text", typeof(DateTime), start);
    }

    public static DateTimeOffset ReadDateTimeOffset(ref MessagePackReader reader)
    {
        var start = reader.Offset;
        Span<byte> json = stackalloc byte[Longest + 2];
        var text = Quote(reader.ReadStringBytes(), json);
        return text.Read() && text.TryGetDateTimeOffset(out var value) ? value : throw ValueErrors.Unfit("text", typeof(DateTimeOffset), start);
    }

    // Text with anything in it that JSON would escape is no date; it becomes the empty text, which is none either.
    private static Utf8JsonReader Quote(ReadOnlySpan<byte> text, Span<byte> json)
    {
        if (text.Length > Longest || text.ContainsAnyExcept(Allowed))
        {
            text = [];
        }

        json[0] = (byte)'"';
        text.CopyTo(json[1..]);
        json[text.Length + 1] = (byte)'"';
        return new Utf8JsonReader(json[..(text.Length + 2)]);
    }
}
