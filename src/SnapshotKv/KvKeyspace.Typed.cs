using System.Diagnostics.CodeAnalysis;
using SnapshotKv.Serialization;

namespace SnapshotKv;

/// <content>Typed reads straight from the record's bytes, without a copy between.</content>
public abstract partial class KvKeyspace
{
    internal bool TryGetTyped<T>(string key, [MaybeNull] out T value, out long version)
    {
        var record = Read(key);
        if (record.IsNull)
        {
            value = default;
            version = 0;
            return false;
        }

        version = Engine.Pipeline.Versions.Of(record);
        try
        {
            value = ((StoreSerializer)Serializer).Deserialize<T>(record.Value);
            return true;
        }
        catch (KvSerializationException exception)
        {
            throw new KvSerializationException(key, exception.Message, exception.InnerException ?? exception);
        }
    }
}
