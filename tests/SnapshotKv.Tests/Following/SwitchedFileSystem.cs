using SnapshotKv.FileSystem;
using SnapshotKv.Testing;

namespace SnapshotKv.Tests.Following;

/// <summary>A file system that another can be put in the place of, as what a crash has left takes the place of what there was.</summary>
internal sealed class SwitchedFileSystem(InMemoryFileSystem inner) : IFileSystem
{
    public InMemoryFileSystem Inner { get; set; } = inner;

    public string GetRealPath(string path) => Inner.GetRealPath(path);

    public bool DirectoryExists(string path) => Inner.DirectoryExists(path);

    public bool FileExists(string path) => Inner.FileExists(path);

    public void CreateDirectory(string path) => Inner.CreateDirectory(path);

    public IReadOnlyList<FileSystemEntry> List(string directory) => Inner.List(directory);

    public IFileHandle OpenRead(string path) => Inner.OpenRead(path);

    public IFileHandle CreateNew(string path) => Inner.CreateNew(path);

    public void Rename(string source, string destination) => Inner.Rename(source, destination);

    public void Delete(string path) => Inner.Delete(path);

    public void FlushDirectory(string path) => Inner.FlushDirectory(path);

    public IDisposable? TryLock(string path) => Inner.TryLock(path);

    public long GetAvailableBytes(string directory) => Inner.GetAvailableBytes(directory);

    public string DescribeUser() => Inner.DescribeUser();
}
