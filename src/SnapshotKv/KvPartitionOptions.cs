namespace SnapshotKv;

/// <summary>What the entries of a partition have in common. Plain data, copied when the partition is made.</summary>
public sealed record KvPartitionOptions
{
    /// <summary>What counts for an entry that is set without a life or without tags of its own.</summary>
    /// <value>Default: null, the parent's. An absolute expiration, being one instant for all, is refused.</value>
    public KvEntryOptions? DefaultEntryOptions { get; init; }

    /// <summary>What typed values are written and read with.</summary>
    /// <value>Default: null, the parent's.</value>
    public IKvSerializer? Serializer { get; init; }

    /// <summary>What every write through the partition is to survive, removals included.</summary>
    /// <value>Default: null, the parent's. A lower level than the parent's changes nothing.</value>
    public KvDurability? Durability { get; init; }
}
