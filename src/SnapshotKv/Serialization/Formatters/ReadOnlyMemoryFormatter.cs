using SnapshotKv.MessagePack;

namespace SnapshotKv.Serialization.Formatters;

internal sealed class ReadOnlyMemoryFormatter : TypedFormatter<ReadOnlyMemory<byte>>
{
    public override void Write(ref MessagePackWriter writer, ReadOnlyMemory<byte> value, int depth) => writer.WriteBinary(value.Span);

    public override ReadOnlyMemory<byte> Read(ref MessagePackReader reader, int depth) =>
        ByteArrayFormatter.Read(ref reader, typeof(ReadOnlyMemory<byte>));
}
