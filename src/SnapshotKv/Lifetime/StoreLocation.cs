using SnapshotKv.FileSystem;

namespace SnapshotKv.Lifetime;

/// <summary>A directory, however it is spelled.</summary>
/// <param name="FileSystem">On which disk.</param>
/// <param name="RealPath">Absolute and with links resolved.</param>
/// <param name="Mode">As what it is open: an owner and a follower of one directory are two stores.</param>
internal sealed record StoreLocation(IFileSystem FileSystem, string RealPath, KvStoreMode Mode);
