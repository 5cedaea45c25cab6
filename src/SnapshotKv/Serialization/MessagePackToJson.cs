using System.Globalization;
using System.Text.Json;
using System.Text.Unicode;
using SnapshotKv.MessagePack;

namespace SnapshotKv.Serialization;

/// <summary>Writes a MessagePack value as JSON text: the same value in the other format, as far as JSON can tell it.</summary>
/// <remarks>Binaries become base64, instants ISO 8601 text in UTC, NaN and the infinities their names as text.</remarks>
internal static class MessagePackToJson
{
    /// <summary>Reads one value and writes it.</summary>
    /// <exception cref="MessagePackFormatException">The bytes are damaged, or hold what JSON has no form for.</exception>
    public static void Write(ref MessagePackReader reader, Utf8JsonWriter writer, int depth)
    {
        var start = reader.Offset;
        var token = reader.Peek();
        switch (token.Kind)
        {
            case MessagePackKind.Nil:
                reader.ReadHead();
                writer.WriteNullValue();
                break;
            case MessagePackKind.Boolean:
                writer.WriteBooleanValue(reader.ReadBoolean());
                break;
            case MessagePackKind.UnsignedInteger:
                writer.WriteNumberValue(reader.ReadUInt64());
                break;
            case MessagePackKind.NegativeInteger:
                writer.WriteNumberValue(reader.ReadInt64());
                break;
            case MessagePackKind.Float32:
            case MessagePackKind.Float64:
                WriteFloat(reader.ReadDouble(), writer);
                break;
            case MessagePackKind.String:
                writer.WriteStringValue(Text(reader.ReadStringBytes(), start));
                break;
            case MessagePackKind.Binary:
                writer.WriteBase64StringValue(reader.ReadBinary());
                break;
            case MessagePackKind.Extension:
                writer.WriteStringValue(ValueErrors.ReadInstant(ref reader, typeof(DateTimeOffset)).UtcDateTime);
                break;
            case MessagePackKind.Array:
                WriteArray(ref reader, writer, depth);
                break;
            default:
                WriteMap(ref reader, writer, depth);
                break;
        }
    }

    private static void WriteFloat(double value, Utf8JsonWriter writer)
    {
        if (double.IsFinite(value))
        {
            writer.WriteNumberValue(value);
        }
        else
        {
            writer.WriteStringValue(value.ToString(CultureInfo.InvariantCulture));
        }
    }

    private static void WriteArray(ref MessagePackReader reader, Utf8JsonWriter writer, int depth)
    {
        ValueErrors.ThrowIfTooDeep(depth, reader.Offset);
        writer.WriteStartArray();
        for (var left = (uint)reader.ReadArrayHead(); left > 0; left--)
        {
            Write(ref reader, writer, depth + 1);
        }

        writer.WriteEndArray();
    }

    private static void WriteMap(ref MessagePackReader reader, Utf8JsonWriter writer, int depth)
    {
        ValueErrors.ThrowIfTooDeep(depth, reader.Offset);
        writer.WriteStartObject();
        for (var left = (uint)reader.ReadMapHead(); left > 0; left--)
        {
            WriteName(ref reader, writer);
            Write(ref reader, writer, depth + 1);
        }

        writer.WriteEndObject();
    }

    /// <summary>Integers as names are what JSON makes of a dictionary with integer keys, and what Go writes for a map of them.</summary>
    private static void WriteName(ref MessagePackReader reader, Utf8JsonWriter writer)
    {
        var start = reader.Offset;
        switch (reader.NextKind)
        {
            case MessagePackKind.UnsignedInteger:
                writer.WritePropertyName(reader.ReadUInt64().ToString(CultureInfo.InvariantCulture));
                break;
            case MessagePackKind.NegativeInteger:
                writer.WritePropertyName(reader.ReadInt64().ToString(CultureInfo.InvariantCulture));
                break;
            default:
                writer.WritePropertyName(Text(ValueErrors.ReadKeyBytes(ref reader), start));
                break;
        }
    }

    private static ReadOnlySpan<byte> Text(ReadOnlySpan<byte> utf8, int start) =>
        Utf8.IsValid(utf8) ? utf8 : throw new MessagePackFormatException("The value holds text that is not UTF-8", start);
}
