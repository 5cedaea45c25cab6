using System.Globalization;
using SnapshotKv.FileSystem;

namespace SnapshotKv.Journal;

/// <summary>
/// The segment files of a store: which there are, where one lies, which go. A segment is called by its ordinal in at least twelve digits,
/// <c>000000000001.journal</c>; what has another name, or is a directory or a link, is nobody's here and left alone. The directory itself may be a link: it is followed once.
/// </summary>
/// <remarks>Thread-safe: it keeps nothing. Failures are the file system's, but for links that lead nowhere, which are a <see cref="KvStoreUnavailableException"/> from the start.</remarks>
internal sealed class JournalDirectory(IFileSystem fileSystem, string storePath)
{
    public const string DirectoryName = "journal";
    public const string Suffix = ".journal";
    public const string TemporarySuffix = ".tmp";

    private const int FewestDigits = 12;

    // So many that no ordinal, nor the ones that follow it, is ever out of range.
    private const int MostDigits = 18;

    /// <summary>Where the segments lie.</summary>
    public string DirectoryPath { get; } = StoreDirectory.Resolve(fileSystem, Path.Combine(storePath, DirectoryName));

    /// <summary>The name of a segment.</summary>
    public static string GetFileName(ulong ordinal) => ordinal.ToString("D12", CultureInfo.InvariantCulture) + Suffix;

    /// <summary>The path of a segment.</summary>
    public string GetPath(ulong ordinal) => Path.Combine(DirectoryPath, GetFileName(ordinal));

    /// <summary>The path of a segment while it is made.</summary>
    public string GetTemporaryPath(ulong ordinal) => GetPath(ordinal) + TemporarySuffix;

    /// <summary>Lists the segments by rising ordinal; a directory that is missing is empty.</summary>
    public IReadOnlyList<JournalFile> List()
    {
        var files = new List<JournalFile>();
        foreach (var entry in ListFiles())
        {
            if (TryParse(entry.Name, out var ordinal) && !IsLink(entry.Name))
            {
                files.Add(new(ordinal, entry.Name, entry.Length));
            }
        }

        files.Sort(static (left, right) => left.Ordinal.CompareTo(right.Ordinal));
        return files;
    }

    /// <summary>
    /// The highest ordinal that must not be given again: of a segment that is there, of one that was set aside or was about to be, and of whatever else bears such a name, which
    /// a new segment would replace.
    /// </summary>
    /// <param name="setAside">The names in quarantine.</param>
    /// <returns>The ordinal; 0 for none.</returns>
    public ulong GetHighestOrdinal(IEnumerable<string> setAside)
    {
        var names = fileSystem.DirectoryExists(DirectoryPath) ? fileSystem.List(DirectoryPath).Select(static entry => entry.Name) : [];
        return names.Concat(setAside.Select(WithoutEnding))
            .Aggregate(0UL, static (highest, name) => TryParse(name, out var ordinal) ? Math.Max(highest, ordinal) : highest);
    }

    /// <summary>Deletes segments, durably; those that are not there any more are no error.</summary>
    public void Delete(IReadOnlyCollection<ulong> ordinals)
    {
        foreach (var ordinal in ordinals)
        {
            fileSystem.Delete(GetPath(ordinal));
        }

        FlushAfter(ordinals.Count);
    }

    /// <summary>Deletes a segment that has no frame. Should a power cut bring it back, it says nothing.</summary>
    public void DeleteUnused(ulong ordinal) => fileSystem.Delete(GetPath(ordinal));

    /// <summary>Deletes the segments that a process was making when it ended: they have no commit in them, since they have no name.</summary>
    /// <returns>How many there were.</returns>
    public int RemoveTemporaryFiles()
    {
        var deleted = 0;
        foreach (var entry in ListFiles())
        {
            if (entry.Name.EndsWith(TemporarySuffix, StringComparison.Ordinal) && TryParse(entry.Name.AsSpan(0, entry.Name.Length - TemporarySuffix.Length), out _))
            {
                fileSystem.Delete(Path.Combine(DirectoryPath, entry.Name));
                deleted++;
            }
        }

        FlushAfter(deleted);
        return deleted;
    }

    /// <summary>Reads a name. Only the one that <see cref="GetFileName"/> gives counts: two files must not mean one segment.</summary>
    public static bool TryParse(ReadOnlySpan<char> name, out ulong ordinal)
    {
        ordinal = 0;
        return name.EndsWith(Suffix, StringComparison.Ordinal)
            && name.Length - Suffix.Length is >= FewestDigits and <= MostDigits
            && ulong.TryParse(name[..^Suffix.Length], NumberStyles.None, CultureInfo.InvariantCulture, out ordinal)
            && ordinal > 0
            && name.SequenceEqual(GetFileName(ordinal));
    }

    /// <summary>The name of a segment that was set aside: in quarantine it may have a number behind it, so that it stands beside another of its name, and a reason.</summary>
    private static string WithoutEnding(string name) =>
        name.LastIndexOf(Suffix, StringComparison.Ordinal) is >= 0 and var start ? name[..(start + Suffix.Length)] : name;

    private IEnumerable<FileSystemEntry> ListFiles() => fileSystem.DirectoryExists(DirectoryPath)
        ? fileSystem.List(DirectoryPath).Where(entry => !entry.IsDirectory)
        : [];

    private bool IsLink(string name)
    {
        var path = Path.Combine(DirectoryPath, name);
        return fileSystem.GetRealPath(path) != path;
    }

    private void FlushAfter(int deleted)
    {
        // Somebody may have removed the directory, and the files with it.
        if (deleted > 0 && fileSystem.DirectoryExists(DirectoryPath))
        {
            fileSystem.FlushDirectory(DirectoryPath);
        }
    }
}
