namespace SnapshotKv.Samples.Tests.Support;

/// <summary>A fresh directory for one test, deleted with all it holds.</summary>
internal sealed class TemporaryDirectory : IDisposable
{
    public string Path { get; } = Directory.CreateTempSubdirectory("snapshotkv-samples-").FullName;

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
