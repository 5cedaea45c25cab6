using SnapshotKv.FileSystem;

namespace SnapshotKv.Testing;

/// <summary>
/// Files in memory that keep apart what is written and what is durable, so that a test can ask what a crash at this moment would leave.
/// </summary>
/// <remarks>
/// <para>
/// Contents become durable by <see cref="IFileHandle.Flush"/> and <see cref="IFileHandle.FlushData"/>, names (created, renamed, deleted) by <see cref="IFileSystem.FlushDirectory"/> of
/// the directory they are in, and by nothing else: a real disk often does more by itself, and none promises to.
/// </para>
/// <para>Thread-safe, each operation at one point in time. A flush takes time in proportion to what was written since the last.</para>
/// </remarks>
internal sealed class InMemoryFileSystem : IFileSystem
{
    private readonly InMemoryDirectory _root;

    /// <summary>Changes of names that no flush has made durable, in order; those of one entry happened in one step.</summary>
    private readonly List<List<NameChange>> _unflushed = [];

    private long _capacityBytes = 1L << 40;

    /// <summary>Initializes an empty file system.</summary>
    public InMemoryFileSystem()
        : this(new InMemoryDirectory())
    {
    }

    private InMemoryFileSystem(InMemoryDirectory root) => _root = root;

    /// <summary>How many bytes all files together may have. A disk fills up, or gets room again, by setting this while it is in use.</summary>
    /// <value>1 TiB. What goes beyond fails as on a full disk; what is there already stays, and can be written to in place.</value>
    public long CapacityBytes
    {
        get => Interlocked.Read(ref _capacityBytes);
        set => Interlocked.Exchange(ref _capacityBytes, value);
    }

    /// <summary>How many bytes all files together have.</summary>
    public long UsedBytes
    {
        get
        {
            lock (Gate)
            {
                return CountBytes(_root);
            }
        }
    }

    /// <summary>Whether files can be mapped, as on some disks and not on others.</summary>
    /// <value>True.</value>
    public bool MappingAllowed { get; set; } = true;

    /// <summary>Who <see cref="IFileSystem.DescribeUser"/> says this is.</summary>
    public string User { get; set; } = "uid 1000, gid 1000 (test)";

    /// <summary>Guards all that the files and directories hold.</summary>
    internal Lock Gate { get; } = new();

    /// <summary>What would be there if the machine or the process ended now. This file system goes on as if nothing had happened.</summary>
    /// <param name="crash">What the crash takes with it.</param>
    /// <param name="seed">Decides what is lost by <see cref="CrashKind.PowerCutLosingSome"/> and <see cref="CrashKind.PowerCutTearingSectors"/>; print it when a test fails.</param>
    /// <returns>A new file system, in which nothing is open or locked. It shares with this one what neither has changed since.</returns>
    public InMemoryFileSystem CrashImage(CrashKind crash, int seed = 0)
    {
        lock (Gate)
        {
            var image = new CrashImageBuilder(crash, new Random(seed));
            var root = image.Build(_root, _unflushed, out var unflushed);
            var crashed = new InMemoryFileSystem(root) { CapacityBytes = CapacityBytes, User = User, MappingAllowed = MappingAllowed };
            crashed._unflushed.AddRange(unflushed);
            return crashed;
        }
    }

    /// <summary>Removes a directory with all that is in it, as somebody does who does not know that it is in use. What is open stays open.</summary>
    public void DeleteTree(string path)
    {
        lock (Gate)
        {
            var (parent, name) = ParentOf(path, $"delete '{path}'");
            Empty(DirectoryAt(path, $"delete '{path}'"));
            Change(new NameChange(parent, name, null));
        }

        void Empty(InMemoryDirectory directory)
        {
            foreach (var (name, node) in directory.Written.ToArray())
            {
                if (node is InMemoryDirectory child)
                {
                    Empty(child);
                }

                Change(new NameChange(directory, name, null));
            }
        }
    }

    public string GetRealPath(string path) => RealPath.Resolve(path, Path.GetPathRoot(path) is { Length: > 0 } root ? root : "/", static _ => null);

    public bool DirectoryExists(string path)
    {
        lock (Gate)
        {
            return Find(path) is InMemoryDirectory;
        }
    }

    public bool FileExists(string path)
    {
        lock (Gate)
        {
            return Find(path) is InMemoryFile;
        }
    }

    public void CreateDirectory(string path)
    {
        lock (Gate)
        {
            var directory = _root;
            foreach (var name in NamesOf(path))
            {
                if (!directory.Written.TryGetValue(name, out var child))
                {
                    child = new InMemoryDirectory();
                    Change(new NameChange(directory, name, child));
                }

                directory = child as InMemoryDirectory ?? throw new IOException($"Cannot create the directory '{path}': '{name}' is a file.");
            }
        }
    }

    public IReadOnlyList<FileSystemEntry> List(string directory)
    {
        lock (Gate)
        {
            return
            [
                .. DirectoryAt(directory, $"list '{directory}'").Written.Select(child => child.Value is InMemoryFile file
                    ? new FileSystemEntry(child.Key, IsDirectory: false, file.Written.Length)
                    : new FileSystemEntry(child.Key, IsDirectory: true, 0)),
            ];
        }
    }

    public IFileHandle OpenRead(string path)
    {
        lock (Gate)
        {
            var (directory, name) = ParentOf(path, $"open '{path}'");
            return directory.Written.GetValueOrDefault(name) switch
            {
                InMemoryFile file => new InMemoryFileHandle(this, file, path, isWritable: false),
                null => throw new FileNotFoundException($"Cannot open '{path}': there is no such file.", path),
                _ => throw IsDirectory(path),
            };
        }
    }

    /// <summary>Opens an existing file for writing, as whoever made it has it open.</summary>
    public IFileHandle OpenWrite(string path)
    {
        lock (Gate)
        {
            var (directory, name) = ParentOf(path, $"open '{path}'");
            return directory.Written.GetValueOrDefault(name) is InMemoryFile file
                ? new InMemoryFileHandle(this, file, path, isWritable: true)
                : throw new FileNotFoundException($"Cannot open '{path}': there is no such file.", path);
        }
    }

    public IFileHandle CreateNew(string path)
    {
        lock (Gate)
        {
            var (directory, name) = ParentOf(path, $"create '{path}'");
            if (directory.Written.ContainsKey(name))
            {
                throw new IOException($"Cannot create '{path}': it exists already.");
            }

            var file = new InMemoryFile();
            Change(new NameChange(directory, name, file));
            return new InMemoryFileHandle(this, file, path, isWritable: true);
        }
    }

    public void Rename(string source, string destination)
    {
        lock (Gate)
        {
            var attempt = $"rename '{source}' to '{destination}'";
            var (from, oldName) = ParentOf(source, attempt);
            var (to, newName) = ParentOf(destination, attempt);
            var file = from.Written.GetValueOrDefault(oldName) ?? throw new FileNotFoundException($"Cannot {attempt}: there is no such file.", source);
            if (file is InMemoryDirectory)
            {
                throw IsDirectory(source);
            }

            if (to.Written.GetValueOrDefault(newName) is InMemoryDirectory)
            {
                throw new IOException($"Cannot {attempt}: the new name is a directory's.");
            }

            if (from != to || oldName != newName)
            {
                Change(new NameChange(from, oldName, null), new NameChange(to, newName, file));
            }
        }
    }

    public void Delete(string path)
    {
        lock (Gate)
        {
            switch (Find(path))
            {
                case InMemoryFile:
                    var (directory, name) = ParentOf(path, $"delete '{path}'");
                    Change(new NameChange(directory, name, null));
                    break;
                case InMemoryDirectory:
                    throw IsDirectory(path);
            }
        }
    }

    public void FlushDirectory(string path)
    {
        lock (Gate)
        {
            var directory = DirectoryAt(path, $"flush the directory '{path}'");
            foreach (var step in _unflushed)
            {
                foreach (var change in step.Where(change => change.Directory == directory))
                {
                    NameChange.Apply(directory.Durable, change.Name, change.Node);
                }

                step.RemoveAll(change => change.Directory == directory);
            }

            _unflushed.RemoveAll(step => step.Count == 0);
        }
    }

    public IDisposable? TryLock(string path)
    {
        lock (Gate)
        {
            var (directory, name) = ParentOf(path, $"lock '{path}'");
            var node = directory.Written.GetValueOrDefault(name);
            if (node is null)
            {
                node = new InMemoryFile();
                Change(new NameChange(directory, name, node));
            }

            var file = node as InMemoryFile ?? throw IsDirectory(path);
            if (file.IsLocked)
            {
                return null;
            }

            file.IsLocked = true;
            return new HeldLock(this, file);
        }
    }

    public long GetAvailableBytes(string directory)
    {
        lock (Gate)
        {
            DirectoryAt(directory, $"ask for the free space at '{directory}'");
            return Math.Max(0, CapacityBytes - CountBytes(_root));
        }
    }

    public string DescribeUser() => User;

    private static long CountBytes(InMemoryDirectory directory) =>
        directory.Written.Values.Sum(node => node is InMemoryFile file ? file.Written.Length : CountBytes((InMemoryDirectory)node));

    private static string[] NamesOf(string path) =>
        path[Path.GetPathRoot(path)!.Length..].Split([Path.DirectorySeparatorChar, Path.AltDirectorySeparatorChar], StringSplitOptions.RemoveEmptyEntries);

    private static IOException IsDirectory(string path) => new($"'{path}' is a directory, not a file.");

    /// <summary>Makes changes that happen in one step.</summary>
    private void Change(params List<NameChange> step)
    {
        foreach (var change in step)
        {
            NameChange.Apply(change.Directory.Written, change.Name, change.Node);
        }

        _unflushed.Add(step);
    }

    private InMemoryNode? Find(string path)
    {
        InMemoryNode? node = _root;
        foreach (var name in NamesOf(path))
        {
            node = (node as InMemoryDirectory)?.Written.GetValueOrDefault(name);
        }

        return node;
    }

    private InMemoryDirectory DirectoryAt(string path, string attempt) => Find(path) switch
    {
        InMemoryDirectory directory => directory,
        InMemoryFile => throw new DirectoryNotFoundException($"Cannot {attempt}: '{path}' is a file."),
        _ => throw new DirectoryNotFoundException($"Cannot {attempt}: there is no directory '{path}'."),
    };

    private (InMemoryDirectory Directory, string Name) ParentOf(string path, string attempt)
    {
        var parent = Path.GetDirectoryName(path) ?? throw IsDirectory(path);
        return (DirectoryAt(parent, attempt), Path.GetFileName(path));
    }

    private sealed class HeldLock(InMemoryFileSystem files, InMemoryFile file) : IDisposable
    {
        private bool _isDisposed;

        public void Dispose()
        {
            lock (files.Gate)
            {
                if (!_isDisposed)
                {
                    _isDisposed = true;
                    file.IsLocked = false;
                }
            }
        }
    }
}
