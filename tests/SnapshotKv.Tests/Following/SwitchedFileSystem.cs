using SnapshotKv.FileSystem;
using SnapshotKv.Testing;

namespace SnapshotKv.Tests.Following;

/// <summary>A file system that another can be put in the place of, as what a crash has left takes the place of what there was; and that knows how many files are open.</summary>
internal sealed class SwitchedFileSystem(InMemoryFileSystem inner) : IFileSystem
{
    private int _openFiles;

    public InMemoryFileSystem Inner { get; set; } = inner;

    /// <summary>How many files were opened through this and not closed yet.</summary>
    public int OpenFiles => Volatile.Read(ref _openFiles);

    public string GetRealPath(string path) => Inner.GetRealPath(path);

    public bool DirectoryExists(string path) => Inner.DirectoryExists(path);

    public bool FileExists(string path) => Inner.FileExists(path);

    public void CreateDirectory(string path) => Inner.CreateDirectory(path);

    public IReadOnlyList<FileSystemEntry> List(string directory) => Inner.List(directory);

    public IFileHandle OpenRead(string path) => Count(Inner.OpenRead(path));

    public IFileHandle CreateNew(string path) => Count(Inner.CreateNew(path));

    public void Rename(string source, string destination) => Inner.Rename(source, destination);

    public void Delete(string path) => Inner.Delete(path);

    public void FlushDirectory(string path) => Inner.FlushDirectory(path);

    public IDisposable? TryLock(string path) => Inner.TryLock(path);

    public long GetAvailableBytes(string directory) => Inner.GetAvailableBytes(directory);

    public string DescribeUser() => Inner.DescribeUser();

    private CountedFileHandle Count(IFileHandle file)
    {
        Interlocked.Increment(ref _openFiles);
        return new(file, () => Interlocked.Decrement(ref _openFiles));
    }
}
