using SnapshotKv.MessagePack;

namespace SnapshotKv.Serialization.Formatters;

/// <summary>
/// Object: written by its own type; read as null, Boolean, Int64, UInt64 (only above Int64), Double, String, Byte[], DateTimeOffset,
/// List&lt;object?&gt; or Dictionary&lt;string, object?&gt;.
/// </summary>
internal sealed class UntypedFormatter(FormatterCatalog catalog) : TypedFormatter<object>
{
    public override void Write(ref MessagePackWriter writer, object? value, int depth)
    {
        if (value is null)
        {
            writer.WriteNil();
        }
        else if (value.GetType() == typeof(object))
        {
            writer.WriteMapHead(0);
        }
        else
        {
            catalog.Get(value.GetType()).WriteObject(ref writer, value, depth);
        }
    }

    public override object? Read(ref MessagePackReader reader, int depth)
    {
        var token = reader.Peek();
        switch (token.Kind)
        {
            case MessagePackKind.Nil:
                reader.ReadHead();
                return null;
            case MessagePackKind.Boolean:
                return reader.ReadBoolean();
            case MessagePackKind.NegativeInteger:
                return reader.ReadInt64();
            case MessagePackKind.UnsignedInteger:
                return token.Bits > long.MaxValue ? reader.ReadUInt64() : reader.ReadInt64();
            case MessagePackKind.Float32:
            case MessagePackKind.Float64:
                return reader.ReadDouble();
            case MessagePackKind.String:
                return ReadText(ref reader);
            case MessagePackKind.Binary:
                return reader.ReadBinary().ToArray();
            case MessagePackKind.Extension:
                return ValueErrors.ReadInstant(ref reader, typeof(object));
            case MessagePackKind.Array:
                return catalog.UntypedList.Read(ref reader, depth);
            default:
                return catalog.UntypedMap.Read(ref reader, depth);
        }
    }

    // A Go string is any bytes; those that are no text are handed out as they are rather than altered.
    private static object ReadText(ref MessagePackReader reader)
    {
        var bytes = reader.ReadStringBytes();
        return System.Text.Unicode.Utf8.IsValid(bytes) ? System.Text.Encoding.UTF8.GetString(bytes) : bytes.ToArray();
    }
}
