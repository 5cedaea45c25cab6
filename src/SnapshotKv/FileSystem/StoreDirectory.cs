namespace SnapshotKv.FileSystem;

/// <summary>Makes the directory of a store, and says what a person can do when the disk does not let us use it.</summary>
internal static class StoreDirectory
{
    /// <summary>Makes the directory with its missing parents, durably; an existing one is left as it is.</summary>
    /// <exception cref="KvStoreUnavailableException">The directory is not there and cannot be made.</exception>
    public static void Create(IFileSystem files, string directory)
    {
        var missing = new Stack<string>();
        for (var path = directory; path is not null && !files.DirectoryExists(path); path = Path.GetDirectoryName(path))
        {
            if (files.FileExists(path))
            {
                throw InTheWay(directory, path);
            }

            missing.Push(path);
        }

        if (missing.Count == 0)
        {
            return;
        }

        try
        {
            files.CreateDirectory(directory);
            foreach (var path in missing)
            {
                if (Path.GetDirectoryName(path) is { } parent)
                {
                    files.FlushDirectory(parent);
                }
            }
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            var parent = Path.GetDirectoryName(missing.Peek());
            throw Unusable(files, directory, parent is null ? "make it" : $"make '{missing.Peek()}' in '{parent}'", exception);
        }
    }

    /// <summary>What to throw when the disk refused something that a store needs.</summary>
    /// <param name="files">The file system, which knows whom it refused.</param>
    /// <param name="directory">The store's directory.</param>
    /// <param name="attempt">What was tried, with the path: fits behind "tried to".</param>
    /// <param name="cause">What the system answered.</param>
    public static KvStoreUnavailableException Unusable(IFileSystem files, string directory, string attempt, Exception cause) =>
        Unusable(files, directory, attempt, cause.Message, SystemError.Classify(cause), cause);

    /// <inheritdoc cref="Unusable(IFileSystem, string, string, Exception)"/>
    public static KvStoreUnavailableException Unusable(
        IFileSystem files, string directory, string attempt, string answer, StorageFault fault, Exception? cause = null) =>
        new($"The directory '{directory}' cannot be used for a store: tried to {attempt} as {files.DescribeUser()}, but: {answer.TrimEnd('.')}. {Remedy(fault)}", cause);

    private static KvStoreUnavailableException InTheWay(string directory, string file) => new(
        file == directory
            ? $"The path '{directory}' is a file, but a store needs a directory: name another path, or move the file away."
            : $"The directory '{directory}' cannot be made, because '{file}' is a file: name another path, or move the file away.");

    private static string Remedy(StorageFault fault) => fault switch
    {
        StorageFault.AccessDenied =>
            "Let this user write there: chown the directory or the container's volume to this uid and gid (in Kubernetes: securityContext.fsGroup), or run as its owner.",
        StorageFault.ReadOnly =>
            "The file system is read-only: mount it read-write (no ':ro' on the volume), or, if the container's root is read-only, mount a volume for this directory. "
            + "A disk that was writable before has met an error: see the kernel log.",
        StorageFault.NoSpace =>
            "Free some space on the device, raise the quota, or use a larger volume.",
        StorageFault.Missing =>
            "Something removed the directory or one of its files meanwhile: check what else uses it.",
        StorageFault.InUse =>
            "Something else has the file open: check what else uses the directory.",
        _ =>
            "Check that the device is sound (the kernel log says more) and that the file system is a local one: network and shared folders may lack renaming or flushing.",
    };
}
