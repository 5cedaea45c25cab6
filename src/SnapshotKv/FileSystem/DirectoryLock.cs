namespace SnapshotKv.FileSystem;

/// <summary>The right to a store's directory: held by one open store on the machine, and gone with its process at the latest.</summary>
/// <remarks>Not thread-safe, save that <see cref="Dispose"/> may be called again.</remarks>
internal sealed class DirectoryLock : IDisposable
{
    /// <summary>The file that the lock stands on: empty and never deleted, else two processes could hold locks on two files of one name.</summary>
    internal const string FileName = "lock";

    /// <summary>The file that tells who holds the lock.</summary>
    internal const string OwnerFileName = "lock.owner";

    private readonly IFileSystem _files;
    private readonly string _directory;
    private readonly string _ownerPath;
    private readonly LockOwner _owner;
    private IDisposable? _held;

    private DirectoryLock(IFileSystem files, string directory, string ownerPath, LockOwner owner, IDisposable held)
    {
        _files = files;
        _directory = directory;
        _ownerPath = ownerPath;
        _owner = owner;
        _held = held;
    }

    /// <summary>Takes the lock of a directory, which is made when it is missing, and notes down who took it.</summary>
    /// <param name="files">The file system.</param>
    /// <param name="directory">The store's directory, absolute.</param>
    /// <param name="time">The clock for the note.</param>
    /// <returns>What to dispose to let go of it.</returns>
    /// <exception cref="KvStoreLockedException">Another store, in this process or another, holds it: the message says which.</exception>
    /// <exception cref="KvStoreUnavailableException">The lock cannot be taken at all, or the file system grants it to everybody.</exception>
    public static DirectoryLock Acquire(IFileSystem files, string directory, TimeProvider time)
    {
        StoreDirectory.Create(files, directory);

        var path = Path.Join(directory, FileName);
        var ownerPath = Path.Join(directory, OwnerFileName);
        var attempt = $"lock '{path}'";
        IDisposable? held = null;
        try
        {
            held = files.TryLock(path) ?? throw Locked(files, directory, ownerPath);
            using (var second = files.TryLock(path))
            {
                if (second is not null)
                {
                    throw DoesNotLock(directory, path);
                }
            }

            attempt = $"write '{ownerPath}'";
            // As it is read again: names are trimmed.
            var owner = LockOwner.Parse(LockOwner.Current(time).ToBytes())!;
            WriteOwner(files, ownerPath, owner);
            return new DirectoryLock(files, directory, ownerPath, owner, Interlocked.Exchange(ref held, null));
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw StoreDirectory.Unusable(files, directory, attempt, exception);
        }
        finally
        {
            held?.Dispose();
        }
    }

    /// <summary>
    /// Makes sure, before anything is written, that the lock still stands on the file in the directory. Somebody may have removed the directory under the
    /// open store, and the lock's file with it; then it is made and taken again.
    /// </summary>
    /// <param name="mayReturn">Asked when it was taken again: whether nobody else has written there meanwhile.</param>
    /// <returns>Whether it had to be taken again.</returns>
    /// <exception cref="KvStoreLockedException">Somebody else has taken it meanwhile, or had it and left something.</exception>
    /// <exception cref="IOException">The disk refused.</exception>
    public bool Keep(Func<bool> mayReturn)
    {
        if (ReadOwner(_files, _ownerPath, out _) == _owner)
        {
            return false;
        }

        StoreDirectory.Create(_files, _directory);
        if (Path.GetDirectoryName(_directory) is { } parent)
        {
            // It may have been made again already, by a blob, and its name not be durable yet.
            _files.FlushDirectory(parent);
        }

        var again = _files.TryLock(Path.Join(_directory, FileName));
        if (again is null)
        {
            // Held: by us, if only the note is missing; and whoever has just taken it is about to write his.
            return ReadOwner(_files, _ownerPath, out _) is { } owner && owner != _owner ? throw Locked(_files, _directory, _ownerPath) : false;
        }

        if (!mayReturn())
        {
            again.Dispose();
            throw new KvStoreLockedException(
                $"The directory '{_directory}' was removed while this store was open, and another store has written there since. Nothing is saved over it: what this store holds is in memory only. "
                + "Move the other's snapshots away and save again, or give one of the two a directory of its own.");
        }

        // The old one is on a file that has no name any more.
        Interlocked.Exchange(ref _held, again)?.Dispose();
        WriteOwner(_files, _ownerPath, _owner);
        return true;
    }

    /// <summary>Lets go of the lock. The lock file stays.</summary>
    public void Dispose()
    {
        if (Interlocked.Exchange(ref _held, null) is not { } held)
        {
            return;
        }

        try
        {
            // While the lock is still ours: afterwards the note may be the next holder's. It is already when the directory was removed under us.
            if (ReadOwner(_files, _ownerPath, out _) is not { } owner || owner == _owner)
            {
                _files.Delete(_ownerPath);
            }
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // An outdated note does no harm: it is read only when somebody holds the lock, and whoever takes it replaces the note.
        }
        finally
        {
            held.Dispose();
        }
    }

    /// <summary>Written aside and renamed, so that nobody reads half a note; not flushed, for after a power cut nobody holds the lock.</summary>
    private static void WriteOwner(IFileSystem files, string ownerPath, LockOwner owner)
    {
        var temporary = ownerPath + ".tmp";
        files.Delete(temporary);
        using (var file = files.CreateNew(temporary))
        {
            file.Write(owner.ToBytes(), 0);
        }

        files.Rename(temporary, ownerPath);
    }

    private static KvStoreLockedException Locked(IFileSystem files, string directory, string ownerPath)
    {
        var owner = ReadOwner(files, ownerPath, out var problem);
        var holder = owner is null ? $"by a store that cannot be named ({problem})" : $"by {owner}";
        var here = owner is not null && owner.ProcessId == Environment.ProcessId && owner.Machine == Environment.MachineName;
        var remedy = here
            ? "That is this process: share the one open store, or dispose it first."
            : "Stop that process or wait for it to end (a rolling deployment must stop the old instance before it starts the new one), or give this store a directory of its own.";
        return new KvStoreLockedException($"The directory '{directory}' is in use {holder}. A directory can be open in one store at a time. {remedy}");
    }

    private static LockOwner? ReadOwner(IFileSystem files, string ownerPath, out string problem)
    {
        problem = "";
        try
        {
            using var file = files.OpenRead(ownerPath);
            var buffer = new byte[LockOwner.MaxBytes];
            var owner = LockOwner.Parse(buffer.AsSpan(0, file.Read(buffer, 0)));
            problem = owner is null ? $"'{ownerPath}' does not say who it is" : "";
            return owner;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // The holder may be just taking or leaving; that the directory is in use is certain all the same.
            problem = exception.Message.TrimEnd('.');
            return null;
        }
    }

    private static KvStoreUnavailableException DoesNotLock(string directory, string path) => new(
        $"The directory '{directory}' cannot be used for a store: its file system does not lock ('{path}' was locked twice at once), so two processes could overwrite each other's "
        + "data. Network and shared folders are known for this (NFS mounted with 'nolock', 9p, some virtual machine and container mounts): use a directory on a local disk or volume.");
}
