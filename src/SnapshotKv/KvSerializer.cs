using System.Text.Json.Serialization.Metadata;
using SnapshotKv.Serialization;

namespace SnapshotKv;

/// <summary>The serializers that every store has.</summary>
public static class KvSerializer
{
    /// <summary>
    /// The store's own serializer of a format, also where a store or a partition has another one for its typed values: for code that keeps values
    /// of its own in somebody else's store, by <see cref="IKvStore.SetEncoded"/> and <see cref="IKvStore.TryReadEncoded"/>.
    /// </summary>
    /// <param name="format">The format; that of the store, <see cref="IKvStore.Format"/>.</param>
    /// <param name="resolver">Where the JSON contracts of plain classes come from. Null: by reflection, where the application allows that.</param>
    /// <returns>A thread-safe serializer. Reading <see cref="object"/> gives whatever is there, of the types that untyped values have.</returns>
    /// <exception cref="ArgumentOutOfRangeException">There is no such format.</exception>
    public static IKvSerializer Native(KvFormat format, IJsonTypeInfoResolver? resolver = null) => KvSerializers.Create(format, resolver);
}
