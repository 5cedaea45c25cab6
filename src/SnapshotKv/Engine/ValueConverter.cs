using System.Buffers;

namespace SnapshotKv.Engine;

/// <summary>Writes a value of the other format in the store's own.</summary>
/// <exception cref="KvSerializationException">The value has no form in the store's format.</exception>
internal delegate void ValueConverter(ReadOnlySpan<byte> source, IBufferWriter<byte> target);
