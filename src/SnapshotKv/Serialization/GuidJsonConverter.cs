using System.Text.Json;
using System.Text.Json.Serialization;

namespace SnapshotKv.Serialization;

/// <summary>Guids as System.Text.Json has them; read also as the base64 of 16 bytes that a MessagePack store's become when its directory is opened as JSON.</summary>
internal sealed class GuidJsonConverter : JsonConverter<Guid>
{
    private const int Size = 16;

    public override Guid Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        if (reader.TokenType == JsonTokenType.String)
        {
            if (reader.TryGetGuid(out var value))
            {
                return value;
            }

            if (reader.TryGetBytesFromBase64(out var bytes) && bytes.Length == Size)
            {
                return new Guid(bytes, bigEndian: true);
            }
        }

        throw new JsonException();
    }

    public override void Write(Utf8JsonWriter writer, Guid value, JsonSerializerOptions options) => writer.WriteStringValue(value);
}
