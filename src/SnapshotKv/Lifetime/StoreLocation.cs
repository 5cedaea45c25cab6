using SnapshotKv.FileSystem;

namespace SnapshotKv.Lifetime;

/// <summary>A directory, however it is spelled.</summary>
/// <param name="FileSystem">On which disk.</param>
/// <param name="RealPath">Absolute and with links resolved.</param>
internal sealed record StoreLocation(IFileSystem FileSystem, string RealPath);
