namespace SnapshotKv;

/// <summary>Whose directory it is.</summary>
public enum KvStoreMode
{
    /// <summary>The store is the directory's only owner: it takes the lock, writes, saves and tidies up.</summary>
    Owner = 0,

    /// <summary>
    /// The store follows what another one, in this process or another, writes into the directory: it takes no lock, writes nothing at all there, and refuses
    /// whatever would. docs/guides/followers.md tells more.
    /// </summary>
    Follower = 1,
}
