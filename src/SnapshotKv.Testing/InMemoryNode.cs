namespace SnapshotKv.Testing;

/// <summary>A file or a directory, apart from its names.</summary>
internal abstract class InMemoryNode;
