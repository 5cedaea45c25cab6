using System.Text.Unicode;
using SnapshotKv.MessagePack;

namespace SnapshotKv.Serialization.Formatters;

/// <summary>Bytes, as a binary. A string that is no text is read too, since Go has such; one that is text is not: it may be the base64 of a store that was JSON.</summary>
internal sealed class ByteArrayFormatter : TypedFormatter<byte[]>
{
    public override void Write(ref MessagePackWriter writer, byte[]? value, int depth)
    {
        if (value is null)
        {
            writer.WriteNil();
        }
        else
        {
            writer.WriteBinary(value);
        }
    }

    public override byte[]? Read(ref MessagePackReader reader, int depth) => reader.TryReadNil() ? null : Read(ref reader, typeof(byte[]));

    internal static byte[] Read(ref MessagePackReader reader, Type asked)
    {
        var token = reader.Peek();
        var start = reader.Offset;
        if (token.Kind is not (MessagePackKind.Binary or MessagePackKind.String))
        {
            throw ValueErrors.Mismatch(token, asked, start);
        }

        var bytes = reader.ReadStringOrBinary();
        return token.Kind == MessagePackKind.Binary || !Utf8.IsValid(bytes) ? bytes.ToArray() : throw ValueErrors.Mismatch(token, asked, start);
    }
}
