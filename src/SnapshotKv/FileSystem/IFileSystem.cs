namespace SnapshotKv.FileSystem;

/// <summary>
/// The seam through which everything on disk goes, so that tests can fail, cut or reorder any operation.
/// </summary>
/// <remarks>
/// All members are thread-safe. A failure is an <see cref="IOException"/> or an <see cref="UnauthorizedAccessException"/> whose
/// message names the path; nothing else escapes. Paths are absolute. Nothing is durable until it was flushed: a file's bytes by
/// <see cref="IFileHandle.Flush"/>, a created, renamed or deleted name by <see cref="FlushDirectory"/>.
/// </remarks>
internal interface IFileSystem
{
    /// <summary>Makes a path absolute and resolves the links in the part of it that exists, so that all spellings of one place give one string.</summary>
    /// <exception cref="IOException">The links form a loop.</exception>
    string GetRealPath(string path);

    /// <summary>Whether a directory of this name exists.</summary>
    bool DirectoryExists(string path);

    /// <summary>Whether a file (not a directory) of this name exists.</summary>
    bool FileExists(string path);

    /// <summary>Makes a directory and its missing parents, each readable by their owner only (0700); an existing one is left as it is.</summary>
    void CreateDirectory(string path);

    /// <summary>The direct children of a directory, in no order.</summary>
    /// <exception cref="DirectoryNotFoundException">There is no such directory.</exception>
    IReadOnlyList<FileSystemEntry> List(string directory);

    /// <summary>Opens an existing file for reading.</summary>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    IFileHandle OpenRead(string path);

    /// <summary>Creates a file for writing and reading, readable by its owner only (0600).</summary>
    /// <exception cref="IOException">A file of that name exists already.</exception>
    IFileHandle CreateNew(string path);

    /// <summary>Gives a file (not a directory) another name in one step; a file that had the new name is replaced. Never copies.</summary>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    /// <exception cref="IOException">One of the two is a directory, or they lie on different devices.</exception>
    void Rename(string source, string destination);

    /// <summary>Deletes a file; one that is not there is no error, nor is a missing directory.</summary>
    /// <exception cref="IOException">It is a directory.</exception>
    void Delete(string path);

    /// <summary>Makes the names in a directory durable.</summary>
    /// <exception cref="IOException">The kernel reported any error.</exception>
    void FlushDirectory(string path);

    /// <summary>
    /// Takes the exclusive lock that a file of this name stands for, creating the file (0600) when it is missing. The lock ends with the handle
    /// or with the process, and the file is never deleted.
    /// </summary>
    /// <returns>What to dispose to let go of the lock; null when somebody else, in this process or another, holds it.</returns>
    /// <exception cref="IOException">The lock cannot be asked for: no such directory, a file system that refuses locks.</exception>
    /// <exception cref="UnauthorizedAccessException">The user may not open or create the file.</exception>
    IDisposable? TryLock(string path);

    /// <summary>The bytes that this process's user may still write where the directory lies.</summary>
    long GetAvailableBytes(string directory);

    /// <summary>Who this process is to the file system, for error messages: for instance <c>uid 1000, gid 1000</c>.</summary>
    string DescribeUser();
}
