using SnapshotKv.FileSystem;

namespace SnapshotKv.Tests.FileSystem;

/// <summary>A fresh directory for one test, deleted with all it holds.</summary>
internal sealed class TemporaryDirectory : IDisposable
{
    /// <summary>Its path, with links resolved.</summary>
    public string Path { get; } = PhysicalFileSystem.Instance.GetRealPath(Directory.CreateTempSubdirectory("snapshotkv-tests-").FullName);

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
