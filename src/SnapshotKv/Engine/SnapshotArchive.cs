using SnapshotKv.Snapshots;

namespace SnapshotKv.Engine;

/// <summary>The snapshots of an open store, to be looked into beside everything else.</summary>
/// <remarks>Thread-safe: reading one touches nothing of the live store.</remarks>
internal sealed class SnapshotArchive(SnapshotCatalog catalog, SnapshotReader reader, SnapshotKvOptions settings)
{
    /// <summary>Finds a snapshot by its file's name or by one that it is pinned by.</summary>
    /// <exception cref="KvSnapshotException">There is none.</exception>
    /// <exception cref="KvStoreUnavailableException">The directory cannot be read.</exception>
    public SnapshotFile Find(string snapshot)
    {
        // Only what the directory lists, by a name in the strict form, ever becomes a path.
        var found = Guarded(snapshot, () => catalog.List().Candidates.FirstOrDefault(file => file.FileName == snapshot));
        return found.FileName is null ? throw KvSnapshotException.NotFound(snapshot) : found;
    }

    /// <summary>Reads a whole snapshot, every check of the file included.</summary>
    /// <param name="snapshot">The file's name, or one that it is pinned by.</param>
    /// <param name="prefix">Only entries whose keys begin with this are kept.</param>
    /// <param name="cancellationToken">Looked at about once a MiB.</param>
    /// <exception cref="KvSnapshotException">There is none, or it was deleted meanwhile.</exception>
    /// <exception cref="KvStoreCorruptedException">The file is damaged.</exception>
    /// <exception cref="KvStoreUnavailableException">The disk refused it.</exception>
    public LoadedSnapshot Load(string snapshot, byte[] prefix, CancellationToken cancellationToken)
    {
        var file = Find(snapshot);
        var sink = new TableSink();
        return Guarded(snapshot, () =>
        {
            var header = reader.Read(catalog.GetPath(file.FileName), settings.MaxSnapshotBytes, new PrefixSink(prefix, sink), cancellationToken);
            return new LoadedSnapshot(file, header, sink.ToTable());
        });
    }

    private T Guarded<T>(string snapshot, Func<T> read)
    {
        try
        {
            return read();
        }
        catch (FileNotFoundException exception)
        {
            throw KvSnapshotException.NotFound(snapshot, exception);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new KvStoreUnavailableException($"The snapshot '{snapshot}' in '{catalog.DirectoryPath}' cannot be read: {exception.Message}", exception);
        }
    }
}
