using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace SnapshotKv.Serialization;

/// <summary>Makes the serializer that a store's settings ask for.</summary>
internal static class KvSerializers
{
    /// <summary>Whether a name is that of one of the store's own serializers.</summary>
    public static bool IsNative(string name) => name is MessagePackKvSerializer.NameInFiles or JsonKvSerializer.NameInFiles;

    /// <summary>The serializer of a whole store.</summary>
    public static StoreSerializer Create(SnapshotKvOptions settings) => settings.Serializer is { } custom
        ? new CustomKvSerializer(custom, settings.Format)
        : Create(settings.Format, settings.TypeInfoResolver);

    /// <summary>Makes a serializer whose contracts come from a resolver and, where the application allows it, from reflection.</summary>
    public static StoreSerializer Create(KvFormat format, IJsonTypeInfoResolver? resolver) =>
        Create(format, resolver, JsonSerializer.IsReflectionEnabledByDefault);

    /// <summary>The same, with the say over reflection; a trimmed application has none.</summary>
    public static StoreSerializer Create(KvFormat format, IJsonTypeInfoResolver? resolver, bool allowReflection)
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
