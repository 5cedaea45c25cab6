using SnapshotKv.Snapshots;

namespace SnapshotKv.Engine;

/// <summary>The snapshots of an open store, to be looked into beside everything else.</summary>
/// <remarks>Thread-safe: reading one touches nothing of the live store.</remarks>
internal sealed class SnapshotArchive(SnapshotCatalog catalog, Func<SnapshotHistory> history, SnapshotHeads heads, SnapshotReader reader, SnapshotKvOptions settings)
{
    /// <summary>Their beginnings.</summary>
    public SnapshotHeads Heads => heads;

    /// <summary>All there are, newest first, each with what its beginning says.</summary>
    /// <exception cref="KvStoreUnavailableException">The directory cannot be read.</exception>
    public IReadOnlyList<SnapshotInfo> List()
    {
        var infos = new List<SnapshotInfo>();
        try
        {
            var files = catalog.List().Candidates;
            heads.Keep(files);
            foreach (var file in files)
            {
                if (TryDescribe(file) is { } info)
                {
                    infos.Add(info);
                }
            }
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new KvStoreUnavailableException($"The snapshots in '{catalog.DirectoryPath}' cannot be listed: {exception.Message}", exception);
        }

        return infos;
    }

    /// <summary>A snapshot with what its beginning says, and the names that it is pinned by.</summary>
    public SnapshotInfo Describe(SnapshotFile file) => TryDescribe(file) ?? WithNames(file.ToInfo());

    /// <summary>What is known of a snapshot, with the names that it is pinned by at this moment.</summary>
    public SnapshotInfo WithNames(SnapshotInfo info) => info with { PinnedNames = history().NamesOf(info.FileName) };

    /// <summary>Finds a snapshot by its file's name or by one that it is pinned by.</summary>
    /// <exception cref="KvSnapshotException">There is none.</exception>
    /// <exception cref="KvStoreUnavailableException">The directory cannot be read.</exception>
    public SnapshotFile Find(string snapshot) => history().Resolve(snapshot);

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

    /// <returns>Null when it was deleted meanwhile.</returns>
    private SnapshotInfo? TryDescribe(SnapshotFile file)
    {
        try
        {
            return WithNames(heads.Read(file).Describe(file));
        }
        catch (FileNotFoundException)
        {
            return null;
        }
        catch (KvStoreCorruptedException exception)
        {
            return WithNames(file.ToInfo()) with
            {
                Problem = file.Name.IsOurs ? exception.Reason ?? exception.Message : $"it is of the codec '{file.Name.Word}', which only its own Go program can read",
            };
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return WithNames(file.ToInfo()) with { Problem = exception.Message };
        }
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
