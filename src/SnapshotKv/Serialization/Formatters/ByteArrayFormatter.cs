using SnapshotKv.MessagePack;

namespace SnapshotKv.Serialization.Formatters;

/// <summary>Bytes, as a binary; a string's bytes are read too, since a Go string need not be text.</summary>
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
        return token.Kind is MessagePackKind.Binary or MessagePackKind.String
            ? reader.ReadStringOrBinary().ToArray()
            : throw ValueErrors.Mismatch(token, asked, reader.Offset);
    }
}
