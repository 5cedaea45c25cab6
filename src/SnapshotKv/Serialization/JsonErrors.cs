using System.Text.Json;

namespace SnapshotKv.Serialization;

/// <summary>Turns what System.Text.Json throws into the store's own exception.</summary>
internal static class JsonErrors
{
    /// <summary>Whether an exception says that value and JSON do not go together; the rest of what user code throws is passed on as it is.</summary>
    public static bool IsAboutTheValue(Exception e) => e is JsonException or NotSupportedException or ArgumentException;

    public static KvSerializationException OnWrite(Exception e, Type type) => e switch
    {
        JsonException => new($"The value of type {TypeNames.Describe(type)} cannot be written: {e.Message}", e),
        ArgumentException => new($"The value of type {TypeNames.Describe(type)} cannot be written as JSON: {e.Message}", e),
        _ => new($"The type {TypeNames.Describe(type)} cannot be stored: {e.Message}", e),
    };

    public static KvSerializationException OnRead(Exception e, ReadOnlySpan<byte> json, Type asked)
    {
        var type = TypeNames.Describe(asked);
        if (e is not JsonException problem)
        {
            return new($"The type {type} cannot be read: {e.Message}", e);
        }

        if (json.IsEmpty)
        {
            return new($"The value is empty, but {type} was asked for.", e);
        }

        var path = problem.Path is null or "" ? "$" : problem.Path;
        var end = EndOfToken(json, problem);
        if (!Locate(json, end, out var token, out var start))
        {
            return new($"The value is not one whole JSON text (at {path}, byte {end}), and {type} was asked for.", e);
        }

        // At its end an object turns out to lack something: here only System.Text.Json can say what.
        return token == JsonTokenType.EndObject
            ? new($"The value holds an object at {path} that does not make {type}: {WithoutPlace(problem.Message)}", e)
            : new($"The value holds {Describe(token)} at {path} (byte {start}), {(path == "$" ? $"but {type} was asked for" : $"which does not fit there in {type}")}.", e);
    }

    /// <summary>The offset at which the exception's line and column lie.</summary>
    private static long EndOfToken(ReadOnlySpan<byte> json, JsonException problem)
    {
        var offset = 0;
        for (var line = problem.LineNumber ?? 0; line > 0; line--)
        {
            var newline = json[offset..].IndexOf((byte)'\n');
            if (newline < 0)
            {
                break;
            }

            offset += newline + 1;
        }

        return offset + (problem.BytePositionInLine ?? 0);
    }

    /// <summary>Finds the token that was read last when a conversion failed; false when the text itself is at fault.</summary>
    private static bool Locate(ReadOnlySpan<byte> json, long end, out JsonTokenType token, out long start)
    {
        (token, start) = (JsonTokenType.None, 0);
        var found = false;
        var reader = new Utf8JsonReader(json);
        try
        {
            // To the end of the text, so that a fault further on is not mistaken for a value of another kind.
            while (reader.Read())
            {
                if (!found && reader.BytesConsumed >= end)
                {
                    (token, start, found) = (reader.TokenType, reader.TokenStartIndex, true);
                }
            }

            return found;
        }
        catch (JsonException)
        {
            return false;
        }
    }

    // System.Text.Json puts its own place behind what it says.
    private static string WithoutPlace(string message)
    {
        var place = message.IndexOf(" Path: ", StringComparison.Ordinal);
        return place < 0 ? message : message[..place];
    }

    private static string Describe(JsonTokenType type) => type switch
    {
        JsonTokenType.Null => "null",
        JsonTokenType.True or JsonTokenType.False => "a boolean",
        JsonTokenType.Number => "a number",
        JsonTokenType.String => "a string",
        JsonTokenType.StartArray or JsonTokenType.EndArray => "an array",
        JsonTokenType.PropertyName => "a name",
        _ => "an object",
    };
}
