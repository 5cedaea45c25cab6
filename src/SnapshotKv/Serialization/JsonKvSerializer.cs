using System.Buffers;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace SnapshotKv.Serialization;

/// <summary>Values as JSON text, as System.Text.Json writes them. Thread-safe.</summary>
internal sealed class JsonKvSerializer(JsonContracts contracts) : StoreSerializer
{
    public const string NameInFiles = "json";

    private readonly JsonSerializerOptions _options = contracts.CreateOptionsForJson();

    private readonly JsonWriterOptions _writerOptions = new()
    {
        Encoder = contracts.Options.Encoder,
        MaxDepth = contracts.Options.MaxDepth,
        SkipValidation = true,
    };

    public override string Name => NameInFiles;

    protected override void Write<T>(T value, IBufferWriter<byte> target)
    {
        var contract = Contract<T>();
        using var writer = new Utf8JsonWriter(target, _writerOptions);
        try
        {
            JsonSerializer.Serialize(writer, value, contract);
            writer.Flush();
        }
        catch (Exception e) when (JsonErrors.IsAboutTheValue(e))
        {
            throw JsonErrors.OnWrite(e, value?.GetType() ?? typeof(T));
        }
    }

    protected override T? Read<T>(ReadOnlySpan<byte> source)
        where T : default
    {
        var contract = Contract<T>();
        try
        {
            return JsonSerializer.Deserialize(source, contract);
        }
        catch (Exception e) when (JsonErrors.IsAboutTheValue(e))
        {
            throw JsonErrors.OnRead(e, source, typeof(T));
        }
    }

    private JsonTypeInfo<T> Contract<T>() => (JsonTypeInfo<T>)JsonContracts.GetContract(_options, typeof(T));
}
