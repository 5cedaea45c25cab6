using System.Collections.Concurrent;

namespace SnapshotKv.Snapshots;

/// <summary>The beginnings of a store's snapshots, each read once: a name is never given twice.</summary>
/// <remarks>Thread-safe.</remarks>
/// <param name="catalog">The files.</param>
/// <param name="reader">Reads them.</param>
/// <param name="maxSnapshotBytes">The most bytes that one may hold once decompressed.</param>
internal sealed class SnapshotHeads(SnapshotCatalog catalog, SnapshotReader reader, long maxSnapshotBytes)
{
    /// <summary>With the file's size: somebody may have put a backup in the place of a file, by its name.</summary>
    private readonly ConcurrentDictionary<string, (long SizeBytes, SnapshotHead Head)> _known = new(StringComparer.Ordinal);

    /// <summary>The beginning of a snapshot.</summary>
    /// <exception cref="KvStoreCorruptedException">It is not that of a snapshot.</exception>
    /// <exception cref="IOException">The file could not be read, or is gone.</exception>
    public SnapshotHead Read(SnapshotFile file)
    {
        if (_known.TryGetValue(file.FileName, out var known) && known.SizeBytes == file.SizeBytes)
        {
            return known.Head;
        }

        var head = reader.ReadHead(catalog.GetPath(file.FileName), maxSnapshotBytes);
        Note(file, head);
        return head;
    }

    /// <summary>Takes the beginning of a snapshot that was just written.</summary>
    public void Note(SnapshotFile file, SnapshotHead head) => _known[file.FileName] = (file.SizeBytes, head);

    /// <summary>Forgets what is not there any more.</summary>
    /// <param name="present">The snapshots there are.</param>
    public void Keep(IReadOnlyList<SnapshotFile> present)
    {
        if (_known.Count <= present.Count)
        {
            return;
        }

        var names = present.Select(static file => file.FileName).ToHashSet(StringComparer.Ordinal);
        foreach (var name in _known.Keys.Where(name => !names.Contains(name)))
        {
            _known.TryRemove(name, out _);
        }
    }
}
