using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace SnapshotKv.Serialization;

/// <summary>Makes the serializer that belongs to a store's format.</summary>
internal static class KvSerializers
{
    /// <summary>Makes a serializer whose contracts come from a resolver and, where the application allows it, from reflection.</summary>
    public static NativeSerializer Create(KvFormat format, IJsonTypeInfoResolver? resolver) =>
        Create(format, resolver, JsonSerializer.IsReflectionEnabledByDefault);

    /// <summary>The same, with the say over reflection; a trimmed application has none.</summary>
    public static NativeSerializer Create(KvFormat format, IJsonTypeInfoResolver? resolver, bool allowReflection)
    {
        var contracts = new JsonContracts(resolver, allowReflection);
        return format switch
        {
            KvFormat.MessagePack => new MessagePackKvSerializer(contracts),
            KvFormat.Json => new JsonKvSerializer(contracts),
            _ => throw new ArgumentOutOfRangeException(nameof(format), format, "There is no such format."),
        };
    }
}
