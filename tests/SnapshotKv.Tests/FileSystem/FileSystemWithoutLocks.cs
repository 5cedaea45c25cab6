using SnapshotKv.FileSystem;

namespace SnapshotKv.Tests.FileSystem;

/// <summary>Grants every lock to everybody, as some network file systems do.</summary>
internal sealed class FileSystemWithoutLocks(IFileSystem inner) : IFileSystem
{
    /// <summary>How many of the locks given out are not disposed.</summary>
    public int Held { get; private set; }

    public string GetRealPath(string path) => inner.GetRealPath(path);

    public bool DirectoryExists(string path) => inner.DirectoryExists(path);

    public bool FileExists(string path) => inner.FileExists(path);

    public void CreateDirectory(string path) => inner.CreateDirectory(path);

    public IReadOnlyList<FileSystemEntry> List(string directory) => inner.List(directory);

    public IFileHandle OpenRead(string path) => inner.OpenRead(path);

    public IFileHandle CreateNew(string path) => inner.CreateNew(path);

    public void Rename(string source, string destination) => inner.Rename(source, destination);

    public void Delete(string path) => inner.Delete(path);

    public void FlushDirectory(string path) => inner.FlushDirectory(path);

    public IDisposable TryLock(string path)
    {
        Held++;
        return new Granted(this);
    }

    public long GetAvailableBytes(string directory) => inner.GetAvailableBytes(directory);

    public string DescribeUser() => inner.DescribeUser();

    private sealed class Granted(FileSystemWithoutLocks files) : IDisposable
    {
        public void Dispose() => files.Held--;
    }
}
