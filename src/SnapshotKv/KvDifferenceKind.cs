namespace SnapshotKv;

/// <summary>What became of a key from one state of a store to another.</summary>
public enum KvDifferenceKind
{
    /// <summary>The key is in the second state only.</summary>
    Added = 0,

    /// <summary>The key is in the first state only: it was removed, or its entry expired.</summary>
    Removed = 1,

    /// <summary>The key is in both, and its value, expiry, tags or blob are not the same. That a sliding expiry has moved is no difference.</summary>
    Changed = 2,
}
