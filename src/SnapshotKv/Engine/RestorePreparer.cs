using System.Globalization;
using System.Text;
using Microsoft.Extensions.Logging;
using SnapshotKv.Format;
using SnapshotKv.Keyspace;
using SnapshotKv.Snapshots;

namespace SnapshotKv.Engine;

/// <summary>Makes of a snapshot what a restore commits: reads of it what the restore is about, in the store's format. Changes nothing.</summary>
/// <remarks>Thread-safe.</remarks>
internal sealed class RestorePreparer(
    CommitPipeline pipeline,
    SnapshotCatalog catalog,
    SnapshotReader reader,
    Func<KvFormat, ValueConverter> converters,
    SnapshotKvOptions settings,
    ILogger logger)
{
    /// <summary>What a restore is about.</summary>
    /// <param name="prefix">Only keys that begin with this.</param>
    /// <param name="guarded">The protected prefixes.</param>
    /// <exception cref="KvSnapshotException">All of it is protected.</exception>
    public static RestoreScope ScopeOf(string prefix, IReadOnlyList<string> guarded)
    {
        var scope = RestoreScope.Create(Encoding.UTF8.GetBytes(prefix), [.. guarded.Select(Encoding.UTF8.GetBytes)], out var hindrance);
        return hindrance is null
            ? scope
            : throw new KvSnapshotException(
                prefix,
                KvSnapshotProblem.Protected,
                $"The keys under '{prefix}' are never rolled back, because '{Encoding.UTF8.GetString(hindrance)}' is protected ({nameof(IKvSnapshots.Protect)}): what was signed out or revoked must not come back. A restore of more than that leaves them as they are.");
    }

    /// <summary>Reads a snapshot.</summary>
    /// <param name="file">The snapshot.</param>
    /// <param name="scope">What is to be restored.</param>
    /// <param name="now">The instant of the restore.</param>
    /// <param name="cancellationToken">Gives it up, about once a MiB.</param>
    /// <exception cref="KvSnapshotException">It has been deleted.</exception>
    /// <exception cref="KvStoreCorruptedException">It is damaged.</exception>
    /// <exception cref="KvStoreUnavailableException">The disk refused.</exception>
    public RestoreContents Read(SnapshotFile file, RestoreScope scope, long now, CancellationToken cancellationToken)
    {
        try
        {
            return new RestoreSource(catalog, reader, settings, cancellationToken).Load(file.FileName, scope, now, pipeline.Versions.NextMark);
        }
        catch (FileNotFoundException exception)
        {
            throw KvSnapshotException.NotFound(file.FileName, exception);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new KvStoreUnavailableException($"The snapshot '{catalog.GetPath(file.FileName)}' cannot be read: {exception.Message} Nothing was changed.", exception);
        }
    }

    /// <summary>Brings what was read into the store's format.</summary>
    /// <exception cref="KvSerializationException">Some of it has no form there; the message names it.</exception>
    public PreparedRestore Prepare(SnapshotFile file, RestoreScope scope, RestoreContents contents, long now)
    {
        var entries = contents.Header.Format == settings.Format ? contents.Entries.Entries : Convert(contents.Entries.ToTable(), file.FileName);
        var frame = new JournalRestore(file.FileName, contents.Fingerprint.SizeBytes, contents.Fingerprint.Checksum, now, scope.Prefix, scope.Protected);
        return new(scope, entries, contents.Entries.References, frame.ToBody());
    }

    private LoadedEntries Convert(RecordTable table, string snapshot)
    {
        if (settings.Format == KvFormat.Json && table.OpaqueCount > 0)
        {
            throw new KvSerializationException(string.Create(
                CultureInfo.InvariantCulture,
                $"The snapshot '{snapshot}' cannot be restored into a store whose {nameof(SnapshotKvOptions.Format)} is {settings.Format}: {table.OpaqueCount} of its keys are not UTF-8, and JSON cannot hold them. Nothing was changed; leave these keys out by restoring by prefix."));
        }

        var converted = new TableConverter(settings.Format, converters(settings.Format), logger).ConvertRestored(table, snapshot);
        var entries = new LoadedEntries(KeyHasher.CreateFast());
        entries.Expect(converted.Count);
        foreach (var record in converted.EnumerateRecords())
        {
            entries.Add(record);
        }

        return entries;
    }
}
