using System.Text;
using System.Text.Unicode;
using SnapshotKv.MessagePack;

namespace SnapshotKv.Serialization;

/// <summary>What formatters check alike, and the words in which they refuse.</summary>
internal static class ValueErrors
{
    private static readonly UTF8Encoding StrictUtf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>One kind is stored and another was asked for.</summary>
    public static MessagePackFormatException Mismatch(MessagePackToken token, Type asked, int offset) =>
        new($"The value holds {Describe(token)}, but {TypeNames.Describe(asked)} was asked for", offset);

    /// <summary>The kind is right, the value is not.</summary>
    public static MessagePackFormatException Unfit(string held, Type asked, int offset) =>
        new($"The value holds {held}, which is no {TypeNames.Describe(asked)}", offset);

    /// <summary>Refuses a container that lies deeper in others than both formats allow, while reading.</summary>
    public static void ThrowIfTooDeep(int depth, int offset)
    {
        if (depth >= MessagePackReader.MaxDepth)
        {
            throw new MessagePackFormatException($"The value is nested deeper than {MessagePackReader.MaxDepth} levels", offset);
        }
    }

    /// <summary>The same while writing, where the usual cause is another.</summary>
    public static void ThrowIfTooDeep(int depth)
    {
        if (depth >= MessagePackReader.MaxDepth)
        {
            throw new KvSerializationException(
                $"The value is nested deeper than {MessagePackReader.MaxDepth} levels and cannot be stored; does it contain itself?");
        }
    }

    /// <summary>Reads text, which must be UTF-8.</summary>
    public static string ReadText(ref MessagePackReader reader, Type asked)
    {
        var start = reader.Offset;
        if (!reader.TryReadShortString(out var bytes))
        {
            var token = reader.ReadHead();
            bytes = token.Kind == MessagePackKind.String ? reader.ReadPayload(token) : throw Mismatch(token, asked, start);
        }

        try
        {
            return StrictUtf8.GetString(bytes);
        }
        catch (DecoderFallbackException)
        {
            throw new MessagePackFormatException("The value holds text that is not UTF-8; read it as Byte[]", start);
        }
    }

    /// <summary>Reads a map's key as text: a string or, as Go's decoder allows, a binary.</summary>
    public static string ReadKey(ref MessagePackReader reader)
    {
        var start = reader.Offset;
        var bytes = ReadKeyBytes(ref reader);
        return Utf8.IsValid(bytes)
            ? Encoding.UTF8.GetString(bytes)
            : throw new MessagePackFormatException("The value holds a map with a key that is not UTF-8", start);
    }

    /// <summary>Reads the bytes of a map's key; nil counts as the empty key, as in Go.</summary>
    public static ReadOnlySpan<byte> ReadKeyBytes(ref MessagePackReader reader)
    {
        if (reader.TryReadNil())
        {
            return [];
        }

        var token = reader.Peek();
        return token.Kind is MessagePackKind.String or MessagePackKind.Binary
            ? reader.ReadStringOrBinary()
            : throw new MessagePackFormatException($"The value holds a map with {Describe(token)} as a key, where text is needed", reader.Offset);
    }

    /// <summary>Reads an instant, which must be one that .NET can tell.</summary>
    public static DateTimeOffset ReadInstant(ref MessagePackReader reader, Type asked)
    {
        var start = reader.Offset;
        var token = reader.Peek();
        if (token.Kind != MessagePackKind.Extension || token.ExtensionType != MessagePackTimestamp.ExtensionType)
        {
            throw Mismatch(token, asked, start);
        }

        var payload = reader.ReadExtension(out _);
        if (!MessagePackTimestamp.TryRead(payload, out var timestamp))
        {
            throw new MessagePackFormatException("The value holds an instant that is damaged", start);
        }

        return timestamp.TryGetDateTimeOffset(out var value)
            ? value
            : throw new MessagePackFormatException("The value holds an instant outside the years 1 to 9999", start);
    }

    /// <summary>Writes text, which must not hold an unpaired surrogate.</summary>
    public static void WriteText(ref MessagePackWriter writer, scoped ReadOnlySpan<char> text)
    {
        try
        {
            writer.WriteString(text);
        }
        catch (ArgumentException e)
        {
            throw new KvSerializationException("The value holds text with an unpaired surrogate, which UTF-8 cannot carry.", e);
        }
    }

    private static string Describe(MessagePackToken token) => token.Kind switch
    {
        MessagePackKind.Extension when token.ExtensionType == MessagePackTimestamp.ExtensionType => "an instant",
        MessagePackKind.Extension => $"an extension of type {token.ExtensionType}",
        _ => MessagePackReader.Describe(token.Kind),
    };
}
