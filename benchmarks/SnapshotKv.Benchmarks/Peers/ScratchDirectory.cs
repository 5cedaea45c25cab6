namespace SnapshotKv.Benchmarks.Peers;

/// <summary>A directory that is gone when it is disposed of. In the temporary directory, unless <c>TMPDIR</c> names a disk that is to be measured.</summary>
internal sealed class ScratchDirectory : IDisposable
{
    public string Path { get; } = Directory.CreateTempSubdirectory("snapshotkv-benchmark-").FullName;

    public string File(string name) => System.IO.Path.Combine(Path, name);

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
