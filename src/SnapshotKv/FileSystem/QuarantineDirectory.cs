using System.Globalization;
using System.Text;

namespace SnapshotKv.FileSystem;

/// <summary>
/// Where files found corrupt are moved, each with a text beside it that says why. Nothing is deleted at the moment it is found; only when there is too much
/// of it do the oldest files go (<see cref="Bound"/>).
/// </summary>
/// <remarks>Not thread-safe.</remarks>
internal sealed class QuarantineDirectory(IFileSystem fileSystem, string storePath)
{
    public const string DirectoryName = "quarantine";
    public const string ReasonSuffix = ".reason";

    private const string TimePrefix = "Set aside at ";

    /// <summary>A reason is shorter; what is not is no text of ours.</summary>
    private const int LongestReason = 64 * 1024;

    /// <summary>How many files are kept at the most.</summary>
    public const int MostFiles = 64;

    /// <summary>Where they lie.</summary>
    public string DirectoryPath { get; } = Path.Combine(storePath, DirectoryName);

    /// <summary>Moves a file aside, never over another file. Nothing of it is lost.</summary>
    /// <param name="path">The file.</param>
    /// <param name="reason">What is wrong with it.</param>
    /// <param name="now">The time, for the text beside it.</param>
    /// <returns>The path it has now.</returns>
    /// <exception cref="KvStoreUnavailableException">The directory cannot be made.</exception>
    public string Take(string path, string reason, DateTimeOffset now)
    {
        var target = Announce(Path.GetFileName(path), reason, now);
        Move(path, target);
        return target;
    }

    /// <summary>Writes the text for a file that is to be moved aside. Should the move not come about, the text without a file tells that it is still due.</summary>
    /// <param name="fileName">The file's name.</param>
    /// <param name="reason">What is wrong with it.</param>
    /// <param name="now">The time.</param>
    /// <returns>Where to the file is to be moved.</returns>
    /// <exception cref="KvStoreUnavailableException">The directory cannot be made.</exception>
    public string Announce(string fileName, string reason, DateTimeOffset now)
    {
        StoreDirectory.Create(fileSystem, DirectoryPath);
        var target = Path.Combine(DirectoryPath, fileName);
        for (var i = 1; fileSystem.FileExists(target) || fileSystem.FileExists(target + ReasonSuffix); i++)
        {
            target = Path.Combine(DirectoryPath, string.Create(CultureInfo.InvariantCulture, $"{fileName}.{i}"));
        }

        // The reason first: a file in quarantine without one would be a riddle, a reason without a file is none.
        using (var file = fileSystem.CreateNew(target + ReasonSuffix))
        {
            file.Write(Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{reason}\n{TimePrefix}{now.UtcDateTime:O}\n")), 0);
            file.Flush();
        }

        fileSystem.FlushDirectory(DirectoryPath);
        return target;
    }

    /// <summary>Moves a file to where <see cref="Announce"/> said.</summary>
    public void Move(string path, string target)
    {
        fileSystem.Rename(path, target);
        fileSystem.FlushDirectory(DirectoryPath);
        fileSystem.FlushDirectory(Path.GetDirectoryName(path)!);
    }

    /// <summary>The names of the files that were announced and not moved, each with the text.</summary>
    public IReadOnlyDictionary<string, string> ListAnnounced()
    {
        var announced = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var entry in ListAll())
        {
            var name = entry.Name.EndsWith(ReasonSuffix, StringComparison.Ordinal) ? entry.Name[..^ReasonSuffix.Length] : string.Empty;
            if (name.Length > 0 && !entry.IsDirectory && !fileSystem.FileExists(PathOf(name)))
            {
                announced[name] = ReadReason(name);
            }
        }

        return announced;
    }

    /// <summary>The files that were set aside, without their reasons.</summary>
    public IReadOnlyList<FileSystemEntry> List() =>
        [.. ListAll().Where(static entry => !entry.IsDirectory && !entry.Name.EndsWith(ReasonSuffix, StringComparison.Ordinal))];

    /// <summary>All names there are, those of reasons, too.</summary>
    public IReadOnlyList<string> ListNames() => [.. ListAll().Select(static entry => entry.Name)];

    /// <summary>Deletes the files that were set aside first, while there are more than <see cref="MostFiles"/> or more than so many bytes.</summary>
    /// <param name="mostBytes">The bytes.</param>
    /// <param name="justTaken">The paths of what was set aside at this opening: that is never deleted before somebody could look at it.</param>
    /// <returns>The names deleted.</returns>
    public IReadOnlyList<string> Bound(long mostBytes, IReadOnlySet<string> justTaken)
    {
        // Only what has a reason beside it: somebody may have put other things there.
        var files = List().Where(file => fileSystem.FileExists(PathOf(file.Name) + ReasonSuffix)).ToList();
        var bytes = files.Sum(file => file.Length);
        var count = files.Count;
        if (count <= MostFiles && bytes <= mostBytes)
        {
            return [];
        }

        var deleted = new List<string>();
        foreach (var file in files.Where(file => !justTaken.Contains(PathOf(file.Name))).OrderBy(file => ReadTime(file.Name), StringComparer.Ordinal).ThenBy(file => file.Name, StringComparer.Ordinal))
        {
            if (count <= MostFiles && bytes <= mostBytes)
            {
                break;
            }

            // The reason first: without a file it would tell of a move that is due. A file without one, should there be a crash in between, stays.
            fileSystem.Delete(PathOf(file.Name) + ReasonSuffix);
            fileSystem.Delete(PathOf(file.Name));
            deleted.Add(file.Name);
            count--;
            bytes -= file.Length;
        }

        fileSystem.FlushDirectory(DirectoryPath);
        return deleted;
    }

    private IReadOnlyList<FileSystemEntry> ListAll() => fileSystem.DirectoryExists(DirectoryPath) ? fileSystem.List(DirectoryPath) : [];

    private string PathOf(string name) => Path.Combine(DirectoryPath, name);

    /// <summary>When a file was set aside, as text that sorts by time; what does not tell sorts first.</summary>
    private string ReadTime(string name)
    {
        var text = ReadReason(name);
        var start = text.LastIndexOf(TimePrefix, StringComparison.Ordinal);
        return start < 0 ? string.Empty : text[(start + TimePrefix.Length)..].Trim();
    }

    private string ReadReason(string name)
    {
        var path = PathOf(name) + ReasonSuffix;
        if (!fileSystem.FileExists(path))
        {
            return string.Empty;
        }

        using var file = fileSystem.OpenRead(path);
        var bytes = new byte[Math.Min(file.Length, LongestReason)];
        return Encoding.UTF8.GetString(bytes, 0, file.Read(bytes, 0));
    }
}
