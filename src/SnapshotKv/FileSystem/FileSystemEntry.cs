namespace SnapshotKv.FileSystem;

/// <summary>A child of a directory.</summary>
/// <param name="Name">The name without its directory.</param>
/// <param name="IsDirectory">Whether it is a directory; links count as what they point to.</param>
/// <param name="Length">The size in bytes; 0 for a directory and for a link to nothing.</param>
internal readonly record struct FileSystemEntry(string Name, bool IsDirectory, long Length);
