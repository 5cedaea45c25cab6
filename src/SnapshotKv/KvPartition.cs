using SnapshotKv.Engine;

namespace SnapshotKv;

/// <summary>The keys of an embedded store under a prefix, as a keyspace of its own. Got from <see cref="IKvStore.GetPartition"/>.</summary>
/// <remarks>Thread-safe; cheap to make and to keep. It ends with the store.</remarks>
public sealed class KvPartition : KvKeyspace
{
    internal KvPartition(StoreEngine engine, SnapshotKvOptions settings, IKvSerializer serializer, KvKeyPrefix prefix, KvEntryOptions defaults, KvDurability durability)
        : base(engine, settings, serializer, prefix, defaults, durability)
    {
        Prefix = prefix.Text;
    }

    /// <summary>The prefix, from the beginning of the store's keys on.</summary>
    public string Prefix { get; }
}
