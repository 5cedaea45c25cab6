using System.Text.Json;
using System.Text.Json.Serialization;

namespace SnapshotKv.Serialization;

/// <summary>
/// Reads JSON of unknown shape as the plain values that MessagePack gives too, instead of <see cref="JsonElement"/>; writes an object by its
/// own type.
/// </summary>
internal sealed class UntypedJsonConverter : JsonConverter<object?>
{
    public override object? Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => ReadValue(ref reader);

    public override void Write(Utf8JsonWriter writer, object? value, JsonSerializerOptions options)
    {
        if (value is null)
        {
            writer.WriteNullValue();
            return;
        }

        var type = value.GetType();
        if (type == typeof(object))
        {
            writer.WriteStartObject();
            writer.WriteEndObject();
            return;
        }

        JsonSerializer.Serialize(writer, value, JsonContracts.GetContract(options, type));
    }

    // The reader itself bounds the nesting, by JsonSerializerOptions.MaxDepth.
    private static object? ReadValue(ref Utf8JsonReader reader) => reader.TokenType switch
    {
        JsonTokenType.Null => null,
        JsonTokenType.True => true,
        JsonTokenType.False => false,
        JsonTokenType.String => reader.GetString(),
        JsonTokenType.Number => ReadNumber(ref reader),
        JsonTokenType.StartArray => ReadArray(ref reader),
        JsonTokenType.StartObject => ReadObject(ref reader),
        _ => throw new JsonException(),
    };

    private static object ReadNumber(ref Utf8JsonReader reader)
    {
        // Minus zero is a float only; as an integer it would lose its sign.
        if (reader.TryGetInt64(out var signed) && (signed != 0 || reader.ValueSpan is not [(byte)'-', ..]))
        {
            return signed;
        }

        if (reader.TryGetUInt64(out var unsigned) && unsigned != 0)
        {
            return unsigned;
        }

        var value = reader.GetDouble();
        return double.IsFinite(value) ? value : throw new JsonException("The number is larger than a Double holds.");
    }

    private static List<object?> ReadArray(ref Utf8JsonReader reader)
    {
        var list = new List<object?>();
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            list.Add(ReadValue(ref reader));
        }

        return list;
    }

    private static Dictionary<string, object?> ReadObject(ref Utf8JsonReader reader)
    {
        var map = new Dictionary<string, object?>(StringComparer.Ordinal);
        while (reader.Read() && reader.TokenType != JsonTokenType.EndObject)
        {
            var name = reader.GetString()!;
            reader.Read();
            map[name] = ReadValue(ref reader);
        }

        return map;
    }
}
