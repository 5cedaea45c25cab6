using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;
using SnapshotKv.Engine;
using SnapshotKv.MessagePack;

namespace SnapshotKv.Serialization;

/// <summary>Rewrites stored values in the other format, when a directory is opened with another one than it was written in.</summary>
internal static class FormatConverter
{
    public static ValueConverter To(KvFormat format) => format == KvFormat.Json ? ToJson : ToMessagePack;

    private static readonly StrictJsonEncoder Encoder = new(JavaScriptEncoder.UnsafeRelaxedJsonEscaping);

    private static void ToJson(ReadOnlySpan<byte> source, IBufferWriter<byte> target)
    {
        try
        {
            using var writer = new Utf8JsonWriter(target, new JsonWriterOptions { Encoder = Encoder, SkipValidation = true });
            var reader = new MessagePackReader(source);
            MessagePackToJson.Write(ref reader, writer, depth: 0);
        }
        catch (MessagePackFormatException exception)
        {
            throw new KvSerializationException(exception.Message, exception);
        }
    }

    private static void ToMessagePack(ReadOnlySpan<byte> source, IBufferWriter<byte> target)
    {
        try
        {
            var writer = new MessagePackWriter(target);
            JsonToMessagePack.Write(source, ref writer, depth: 0);
            writer.Flush();
        }
        catch (JsonException exception)
        {
            throw new KvSerializationException(exception.Message, exception);
        }
    }
}
