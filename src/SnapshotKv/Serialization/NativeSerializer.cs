using System.Buffers;

namespace SnapshotKv.Serialization;

/// <summary>A serializer of one of the store's own formats. Besides the public shape it reads straight from a record's bytes.</summary>
internal abstract class NativeSerializer : IKvSerializer
{
    public abstract string Name { get; }

    public abstract void Serialize<T>(T value, IBufferWriter<byte> target);

    /// <summary>Reads a value from bytes that lie in one piece; nothing of them is kept.</summary>
    /// <exception cref="KvSerializationException">The bytes are damaged, or hold a value of another kind; the message names both kinds.</exception>
    public abstract T? Deserialize<T>(ReadOnlySpan<byte> source);

    public T? Deserialize<T>(ReadOnlySequence<byte> source)
    {
        if (source.IsSingleSegment)
        {
            return Deserialize<T>(source.FirstSpan);
        }

        var length = checked((int)source.Length);
        var rented = ArrayPool<byte>.Shared.Rent(length);
        try
        {
            source.CopyTo(rented);
            return Deserialize<T>(rented.AsSpan(0, length));
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(rented);
        }
    }
}
