using SnapshotKv.MessagePack;

namespace SnapshotKv.Serialization.Formatters;

/// <summary>Guid as a binary of 16 bytes in the order in which it is spelled (RFC 9562), as Go's UUIDs are; text is read too.</summary>
internal sealed class GuidFormatter : TypedFormatter<Guid>
{
    private const int Size = 16;

    public override void Write(ref MessagePackWriter writer, Guid value, int depth)
    {
        Span<byte> bytes = stackalloc byte[Size];
        value.TryWriteBytes(bytes, bigEndian: true, out _);
        writer.WriteBinary(bytes);
    }

    public override Guid Read(ref MessagePackReader reader, int depth)
    {
        var start = reader.Offset;
        var token = reader.Peek();
        switch (token.Kind)
        {
            case MessagePackKind.Binary:
                var bytes = reader.ReadBinary();
                return bytes.Length == Size ? new Guid(bytes, bigEndian: true) : throw ValueErrors.Unfit($"a binary of {bytes.Length} bytes", typeof(Guid), start);
            case MessagePackKind.String:
                return Guid.TryParseExact(ValueErrors.ReadText(ref reader, typeof(Guid)), "D", out var value)
                    ? value
                    : throw ValueErrors.Unfit("text", typeof(Guid), start);
            default:
                throw ValueErrors.Mismatch(token, typeof(Guid), start);
        }
    }
}
