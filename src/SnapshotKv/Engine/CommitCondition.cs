namespace SnapshotKv.Engine;

/// <summary>What a key must be like for a commit to be carried out.</summary>
/// <param name="Key">The key's bytes.</param>
/// <param name="Version">The version its live entry must have; 0 for none.</param>
internal readonly record struct CommitCondition(byte[] Key, long Version);
