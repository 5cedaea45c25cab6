using SnapshotKv.FileSystem;

namespace SnapshotKv.Snapshots;

/// <summary>
/// The snapshot files of a store: which there are, what the next is called, which are old enough to go. Deletes and loads only what bears a name
/// in the strict form (<see cref="SnapshotName"/>): Go's looser parser reads <c>data-…-12345.msgpack</c> as another file's place in the order, and
/// Go's retention deletes what it cannot read at all. Not thread-safe.
/// </summary>
internal sealed class SnapshotCatalog(IFileSystem fileSystem, string storePath)
{
    public const string DirectoryName = "snapshots";

    private (DateTime Time, ushort Counter)? _last;

    /// <summary>Where the snapshots lie.</summary>
    public string DirectoryPath { get; } = Path.Combine(storePath, DirectoryName);

    /// <summary>Where files found corrupt are moved.</summary>
    public QuarantineDirectory Quarantine { get; } = new(fileSystem, storePath);

    public string GetPath(string fileName) => Path.Combine(DirectoryPath, fileName);

    /// <summary>Returns when the names that <see cref="List"/> gives are on the device: a process may have ended between giving a snapshot its name and that.</summary>
    /// <exception cref="IOException">The device did not take it.</exception>
    public void FlushNames() => fileSystem.FlushDirectory(DirectoryPath);

    /// <summary>Lists the directory; one that is missing is empty.</summary>
    public SnapshotListing List()
    {
        var candidates = new List<SnapshotFile>();
        var ignored = new List<string>();
        foreach (var entry in ListFiles())
        {
            if (SnapshotName.TryParse(entry.Name, out var name))
            {
                candidates.Add(new(name, entry.Name, entry.Length));
            }
            else if (entry.Name.StartsWith(SnapshotName.Prefix, StringComparison.Ordinal) && !IsTemporary(entry.Name))
            {
                ignored.Add(entry.Name);
            }
        }

        candidates.Sort(static (left, right) => SnapshotName.Compare(right.Name, left.Name));
        ignored.Sort(StringComparer.Ordinal);
        return new(candidates, ignored);
    }

    /// <summary>
    /// A name for the next snapshot, by a hybrid logical clock: the local time where that is later than every name in the directory and every name
    /// given before, and otherwise the smallest name above those. So a clock or zone that goes back cannot make new data sort before old.
    /// </summary>
    /// <param name="localNow">The time in the local zone, as Go writes it.</param>
    /// <param name="format">The snapshot's format.</param>
    /// <param name="compression">How it is compressed.</param>
    /// <exception cref="KvStoreException">The newest name is the last there can be.</exception>
    public SnapshotName NextName(DateTimeOffset localNow, KvFormat format, KvCompression compression)
    {
        var now = localNow.DateTime;
        (DateTime Time, ushort Counter) next = (now.AddTicks(-(now.Ticks % TimeSpan.TicksPerSecond)), 0);
        var floor = _last;
        foreach (var name in NamesInUse())
        {
            if (floor is null || (name.Time, name.Counter).CompareTo(floor.Value) > 0)
            {
                floor = (name.Time, name.Counter);
            }
        }

        if (floor is { } last && next.CompareTo(last) <= 0)
        {
            next = Follow(last);
        }

        _last = next;
        return SnapshotName.Create(next.Time, next.Counter, format, compression);
    }

    /// <summary>Deletes the snapshots, of ours and Go's own codecs, that a policy does not keep.</summary>
    /// <param name="policy">What is kept for its age.</param>
    /// <param name="isHeld">Whether a file is kept whatever its age.</param>
    /// <returns>The names deleted, oldest first.</returns>
    public IReadOnlyList<string> Prune(in RetentionPolicy policy, Func<string, bool> isHeld)
    {
        var deleted = new List<string>();
        foreach (var file in policy.FindExpendable([.. List().Candidates.Where(file => file.Name.IsOurs)], isHeld))
        {
            fileSystem.Delete(GetPath(file.FileName));
            deleted.Add(file.FileName);
        }

        FlushAfter(deleted.Count);
        return deleted;
    }

    /// <summary>Deletes what a save that did not end left behind: only files whose names are a snapshot's with <c>.tmp</c> behind it.</summary>
    /// <returns>The names deleted.</returns>
    public IReadOnlyList<string> RemoveTemporaryFiles()
    {
        var deleted = new List<string>();
        foreach (var entry in ListFiles())
        {
            if (IsTemporary(entry.Name))
            {
                fileSystem.Delete(GetPath(entry.Name));
                deleted.Add(entry.Name);
            }
        }

        FlushAfter(deleted.Count);
        return deleted;
    }

    private static (DateTime Time, ushort Counter) Follow((DateTime Time, ushort Counter) last)
    {
        if (last.Counter < ushort.MaxValue)
        {
            return (last.Time, (ushort)(last.Counter + 1));
        }

        return DateTime.MaxValue - last.Time > TimeSpan.FromSeconds(1)
            ? (last.Time.AddSeconds(1), (ushort)0)
            : throw new KvStoreException("The newest snapshot bears the last name there can be (year 9999). Remove the file whose name lies that far ahead.");
    }

    private static bool IsTemporary(string name) =>
        name.EndsWith(SnapshotWriter.TemporarySuffix, StringComparison.Ordinal)
        && SnapshotName.TryParse(name.AsSpan(0, name.Length - SnapshotWriter.TemporarySuffix.Length), out _);

    /// <summary>All names that a new snapshot must sort behind: those set aside too, since somebody may mend one and put it back.</summary>
    private IEnumerable<SnapshotName> NamesInUse()
    {
        foreach (var entry in ListFiles().Concat(Quarantine.List()))
        {
            if (SnapshotName.TryParse(entry.Name, out var name))
            {
                yield return name;
            }
        }
    }

    private IEnumerable<FileSystemEntry> ListFiles() => fileSystem.DirectoryExists(DirectoryPath)
        ? fileSystem.List(DirectoryPath).Where(entry => !entry.IsDirectory)
        : [];

    private void FlushAfter(int deleted)
    {
        if (deleted > 0)
        {
            fileSystem.FlushDirectory(DirectoryPath);
        }
    }
}
