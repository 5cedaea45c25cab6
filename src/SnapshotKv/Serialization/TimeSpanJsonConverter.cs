using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace SnapshotKv.Serialization;

/// <summary>Spans as System.Text.Json has them; read also as the nanoseconds of Go's Duration, which a MessagePack store's are, also when its directory is opened as JSON.</summary>
internal sealed class TimeSpanJsonConverter : JsonConverter<TimeSpan>
{
    public override TimeSpan Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => reader.TokenType switch
    {
        JsonTokenType.Number when reader.TryGetInt64(out var nanoseconds) => new(nanoseconds / TimeSpan.NanosecondsPerTick),
        JsonTokenType.String when TimeSpan.TryParseExact(reader.GetString(), "c", CultureInfo.InvariantCulture, out var value) => value,
        _ => throw new JsonException(),
    };

    public override void Write(Utf8JsonWriter writer, TimeSpan value, JsonSerializerOptions options) =>
        writer.WriteStringValue(value.ToString("c", CultureInfo.InvariantCulture));
}
