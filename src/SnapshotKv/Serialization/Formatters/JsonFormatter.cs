using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using SnapshotKv.MessagePack;

namespace SnapshotKv.Serialization.Formatters;

/// <summary>
/// Every shape that System.Text.Json can write, by way of its text: records, init-only members, immutable collections, converters,
/// polymorphism. Inside it dates and bytes are text, as in JSON; timestamps and binaries are read all the same.
/// </summary>
internal sealed class JsonFormatter(JsonTypeInfo contract, JsonSerializerOptions options) : Formatter
{
    private readonly JsonWriterOptions _writerOptions = new()
    {
        Encoder = options.Encoder,
        MaxDepth = MessagePackReader.MaxDepth + 1,
        SkipValidation = true,
    };

    public override void WriteObject(ref MessagePackWriter writer, object? value, int depth)
    {
        using var buffer = new PooledBuffer();
        try
        {
            using (var json = new Utf8JsonWriter(buffer, _writerOptions))
            {
                JsonSerializer.Serialize(json, value, contract);
            }

            JsonToMessagePack.Write(buffer.Written, ref writer, depth);
        }
        catch (Exception e) when (JsonErrors.IsAboutTheValue(e))
        {
            throw JsonErrors.OnWrite(e, value?.GetType() ?? contract.Type);
        }
    }

    public override object? ReadObject(ref MessagePackReader reader, int depth)
    {
        var start = reader.Offset;
        using var buffer = new PooledBuffer();
        using (var json = new Utf8JsonWriter(buffer, _writerOptions))
        {
            MessagePackToJson.Write(ref reader, json, depth);
        }

        try
        {
            return JsonSerializer.Deserialize(buffer.Written, contract);
        }
        catch (Exception e) when (JsonErrors.IsAboutTheValue(e))
        {
            throw new MessagePackFormatException(JsonErrors.OnRead(e, buffer.Written, contract.Type).Message.TrimEnd('.'), start, e);
        }
    }
}
