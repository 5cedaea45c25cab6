using System.Text.Json;
using System.Text.Unicode;
using SnapshotKv.MessagePack;

namespace SnapshotKv.Format;

/// <summary>Looks at an encoded value from outside: is it exactly one, and of what kind?</summary>
internal static class EncodedValue
{
    /// <summary>Refuses bytes that are not exactly one well-formed value.</summary>
    /// <exception cref="KvSerializationException">They are not.</exception>
    public static void Check(string key, KvFormat format, ReadOnlySpan<byte> encoded)
    {
        try
        {
            if (format == KvFormat.Json)
            {
                CheckJson(encoded);
            }
            else
            {
                CheckMessagePack(encoded);
            }
        }
        catch (Exception exception) when (exception is JsonException or MessagePackFormatException)
        {
            throw new KvSerializationException(key, $"the bytes are not exactly one {format} value: {exception.Message}", exception);
        }
    }

    /// <summary>The kind of a value in words, with its article.</summary>
    public static string Describe(KvFormat format, ReadOnlySpan<byte> encoded)
    {
        if (format == KvFormat.MessagePack)
        {
            return MessagePackToken.TryRead(encoded, out var token) ? MessagePackReader.Describe(token.Kind) : "no value";
        }

        return encoded.IsEmpty ? "no value" : encoded[0] switch
        {
            (byte)'"' => "a string",
            (byte)'{' => "a map",
            (byte)'[' => "an array",
            (byte)'t' or (byte)'f' => "a boolean",
            (byte)'n' => "nil",
            _ => "a number",
        };
    }

    private static void CheckMessagePack(ReadOnlySpan<byte> encoded)
    {
        var reader = new MessagePackReader(encoded);
        reader.Skip();
        if (!reader.IsAtEnd)
        {
            throw new MessagePackFormatException("more bytes follow the value", reader.Offset);
        }
    }

    private static void CheckJson(ReadOnlySpan<byte> encoded)
    {
        // The reader looks into strings only when they are asked for.
        if (!Utf8.IsValid(encoded))
        {
            throw new JsonException("the text is not UTF-8");
        }

        var reader = new Utf8JsonReader(encoded);
        while (reader.Read())
        {
        }
    }
}
