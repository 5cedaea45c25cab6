namespace SnapshotKv.Keyspace;

/// <summary>A key in the ordered index.</summary>
/// <param name="Key">Its UTF-8 bytes; never written to.</param>
/// <param name="MayExpire">Whether its entry may have a deadline; when not, being in the index means being alive.</param>
internal readonly record struct IndexedKey(byte[] Key, bool MayExpire);
