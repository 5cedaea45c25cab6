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
        RefuseNonFinite(source);
        try
        {
            using var writer = new Utf8JsonWriter(target, new JsonWriterOptions { Encoder = Encoder, SkipValidation = true });
            var reader = new MessagePackReader(source);
            MessagePackToJson.Write(ref reader, writer, depth: 0);
        }
        catch (Exception exception) when (exception is MessagePackFormatException or ArgumentException or InvalidOperationException)
        {
            throw new KvSerializationException(exception.Message, exception);
        }
    }

    /// <summary>
    /// JSON has no NaN and no infinity. As text they would come back as text, so a value that holds one is not converted. The bytes are a flat run of
    /// heads and payloads, which is all that this looks at; damage is left to the reading proper.
    /// </summary>
    private static void RefuseNonFinite(ReadOnlySpan<byte> source)
    {
        while (MessagePackToken.TryRead(source, out var token) && token.HeadSize + token.PayloadSize <= (uint)source.Length)
        {
            var isFinite = token.Kind switch
            {
                MessagePackKind.Float64 => double.IsFinite(BitConverter.UInt64BitsToDouble(token.Bits)),
                MessagePackKind.Float32 => float.IsFinite(BitConverter.UInt32BitsToSingle((uint)token.Bits)),
                _ => true,
            };
            if (!isFinite)
            {
                throw new KvSerializationException("The value holds NaN or an infinity, for which JSON has no form.");
            }

            source = source[(int)(token.HeadSize + token.PayloadSize)..];
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
        catch (Exception exception) when (exception is JsonException or ArgumentException or InvalidOperationException)
        {
            throw new KvSerializationException(exception.Message, exception);
        }
    }
}
