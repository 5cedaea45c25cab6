namespace SnapshotKv.Extensions.Tests.Support;

/// <summary>A fresh directory for one test, deleted with all it holds.</summary>
internal sealed class TemporaryDirectory : IDisposable
{
    public string Path { get; } = Directory.CreateTempSubdirectory("snapshotkv-tests-").FullName;

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
