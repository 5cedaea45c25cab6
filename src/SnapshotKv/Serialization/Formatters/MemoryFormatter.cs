using SnapshotKv.MessagePack;

namespace SnapshotKv.Serialization.Formatters;

internal sealed class MemoryFormatter : TypedFormatter<Memory<byte>>
{
    public override void Write(ref MessagePackWriter writer, Memory<byte> value, int depth) => writer.WriteBinary(value.Span);

    public override Memory<byte> Read(ref MessagePackReader reader, int depth) => ByteArrayFormatter.Read(ref reader, typeof(Memory<byte>));
}
