using System.Buffers;

namespace SnapshotKv.Tests.Histories;

/// <summary>The values of histories as the store keeps them.</summary>
internal static class HistoryValues
{
    public static ReadOnlySequence<byte> Encode(KvStore store, long value)
    {
        var buffer = new ArrayBufferWriter<byte>();
        store.Serializer.Serialize(value, buffer);
        return new(buffer.WrittenMemory);
    }
}
