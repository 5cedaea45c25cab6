using System.Buffers;

namespace SnapshotKv;

/// <summary>Turns typed values into a store's bytes and back.</summary>
/// <remarks>Implementations are thread-safe.</remarks>
public interface IKvSerializer
{
    /// <summary>A short name that stays the same for as long as the bytes do.</summary>
    string Name { get; }

    /// <summary>Writes a value.</summary>
    /// <typeparam name="T">The declared type; a value of type <see cref="object"/> is written by its own type.</typeparam>
    /// <param name="value">The value, which may be null.</param>
    /// <param name="target">Takes the bytes. The caller owns it; nothing is kept.</param>
    /// <exception cref="KvSerializationException">The type has no form in this format, or the value holds something that has none.</exception>
    void Serialize<T>(T value, IBufferWriter<byte> target);

    /// <summary>Reads a value.</summary>
    /// <typeparam name="T">What the bytes are to become; <see cref="object"/> reads whatever is there as an untyped value.</typeparam>
    /// <param name="source">The bytes of one value, valid only during the call.</param>
    /// <returns>The value.</returns>
    /// <exception cref="KvSerializationException">The bytes are damaged, or hold a value of another kind; the message names both kinds.</exception>
    T? Deserialize<T>(ReadOnlySequence<byte> source);
}
