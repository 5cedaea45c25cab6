using System.Buffers;
using System.Buffers.Text;
using System.Text.Json;
using SnapshotKv.MessagePack;

namespace SnapshotKv.Serialization;

/// <summary>Writes JSON text as MessagePack: the same values in the other format.</summary>
/// <remarks>
/// Numbers become integers where they are, floats where a Double holds just what the text says, and text otherwise (a Decimal with more
/// digits than a Double has), so that nothing is rounded on the way.
/// </remarks>
internal static class JsonToMessagePack
{
    /// <summary>Writes one JSON value, which is whole and well-formed.</summary>
    /// <param name="json">The text, as System.Text.Json wrote it.</param>
    /// <param name="writer">Takes the value.</param>
    /// <param name="depth">How deep the value lies in another.</param>
    /// <exception cref="KvSerializationException">The value is nested too deep.</exception>
    /// <exception cref="JsonException">The text is not JSON.</exception>
    public static void Write(ReadOnlySpan<byte> json, ref MessagePackWriter writer, int depth)
    {
        var options = new JsonReaderOptions { MaxDepth = MessagePackReader.MaxDepth + 1 };
        var counts = new ChildCounts(json, options);
        var reader = new Utf8JsonReader(json, options);
        while (reader.Read())
        {
            switch (reader.TokenType)
            {
                case JsonTokenType.StartObject:
                    ValueErrors.ThrowIfTooDeep(depth + reader.CurrentDepth);
                    writer.WriteMapHead(counts.Next());
                    break;
                case JsonTokenType.StartArray:
                    ValueErrors.ThrowIfTooDeep(depth + reader.CurrentDepth);
                    writer.WriteArrayHead(counts.Next());
                    break;
                case JsonTokenType.String:
                case JsonTokenType.PropertyName:
                    WriteText(ref reader, ref writer);
                    break;
                case JsonTokenType.Number:
                    WriteNumber(ref reader, ref writer);
                    break;
                case JsonTokenType.True:
                    writer.WriteBoolean(true);
                    break;
                case JsonTokenType.False:
                    writer.WriteBoolean(false);
                    break;
                case JsonTokenType.Null:
                    writer.WriteNil();
                    break;
                default:
                    break;
            }
        }
    }

    private static void WriteText(ref Utf8JsonReader reader, ref MessagePackWriter writer)
    {
        if (!reader.ValueIsEscaped)
        {
            writer.WriteString(reader.ValueSpan);
            return;
        }

        var rented = ArrayPool<byte>.Shared.Rent(reader.ValueSpan.Length);
        try
        {
            writer.WriteString(rented.AsSpan(0, reader.CopyString(rented)));
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(rented);
        }
    }

    private static void WriteNumber(ref Utf8JsonReader reader, ref MessagePackWriter writer)
    {
        var text = reader.ValueSpan;
        if (reader.TryGetInt64(out var signed) && (signed != 0 || text[0] != (byte)'-'))
        {
            writer.WriteInt64(signed);
        }
        else if (reader.TryGetUInt64(out var unsigned) && unsigned != 0)
        {
            writer.WriteUInt64(unsigned);
        }
        else if (reader.TryGetDouble(out var value) && double.IsFinite(value) && IsExact(value, text))
        {
            writer.WriteDouble(value);
        }
        else
        {
            writer.WriteString(text);
        }
    }

    // A Double or Single that System.Text.Json wrote may use an exponent; a Decimal never does, and is exact only if a Double would be written alike.
    private static bool IsExact(double value, ReadOnlySpan<byte> text)
    {
        const int LongestDouble = 32;
        Span<byte> buffer = stackalloc byte[LongestDouble];
        return text.ContainsAny((byte)'e', (byte)'E')
            || (Utf8Formatter.TryFormat(value, buffer, out var written) && buffer[..written].SequenceEqual(text));
    }

    /// <summary>How many children each array and object has, in the order in which these begin: MessagePack wants to know beforehand.</summary>
    private ref struct ChildCounts
    {
        private readonly List<int> _counts = [];
        private int _next;

        public ChildCounts(ReadOnlySpan<byte> json, JsonReaderOptions options)
        {
            var open = new Stack<int>();
            var reader = new Utf8JsonReader(json, options);
            while (reader.Read())
            {
                switch (reader.TokenType)
                {
                    case JsonTokenType.EndArray or JsonTokenType.EndObject:
                        open.Pop();
                        continue;
                    case JsonTokenType.PropertyName:
                        continue;
                    default:
                        break;
                }

                if (open.TryPeek(out var parent))
                {
                    _counts[parent]++;
                }

                if (reader.TokenType is JsonTokenType.StartArray or JsonTokenType.StartObject)
                {
                    open.Push(_counts.Count);
                    _counts.Add(0);
                }
            }
        }

        public int Next() => _counts[_next++];
    }
}
