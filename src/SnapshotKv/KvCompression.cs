namespace SnapshotKv;

/// <summary>How snapshots are compressed.</summary>
public enum KvCompression
{
    /// <summary>Not compressed; the snapshot carries a checksum of its own.</summary>
    None,

    /// <summary>gzip, readable with any gzip reader.</summary>
    Gzip,
}
