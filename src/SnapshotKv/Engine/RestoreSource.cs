using System.Globalization;
using SnapshotKv.Format;
using SnapshotKv.Keyspace;
using SnapshotKv.Snapshots;

namespace SnapshotKv.Engine;

/// <summary>Reads the snapshots that restores take their entries from: the first time, and when the journal brings the restore again.</summary>
/// <param name="catalog">Where they lie.</param>
/// <param name="reader">Reads them.</param>
/// <param name="options">The store's settings.</param>
/// <param name="cancellationToken">Gives up a reading, about once a MiB.</param>
internal sealed class RestoreSource(SnapshotCatalog catalog, SnapshotReader reader, SnapshotKvOptions options, CancellationToken cancellationToken)
{
    /// <summary>Reads a snapshot for a restore.</summary>
    /// <param name="fileName">The name of its file, which the directory lists.</param>
    /// <param name="scope">What is to be restored.</param>
    /// <param name="now">The instant of the restore.</param>
    /// <param name="sequence">What stands in the place of the entries' numbers: see <see cref="RecordVersions.NextMark"/>.</param>
    /// <exception cref="KvStoreCorruptedException">It is damaged.</exception>
    /// <exception cref="IOException">It could not be read.</exception>
    public RestoreContents Load(string fileName, RestoreScope scope, long now, ulong sequence)
    {
        var path = catalog.GetPath(fileName);
        var fingerprint = reader.ReadFingerprint(path, cancellationToken);
        var sink = new TableSink();
        var header = reader.Read(path, options.MaxSnapshotBytes, new ScopeSink(scope, now, sequence, sink), cancellationToken);
        return new(header, fingerprint, sink);
    }

    /// <summary>Reads a snapshot that a frame of the journal names.</summary>
    /// <param name="frame">The frame.</param>
    /// <param name="sequence">What stands in the place of the entries' numbers: the mark, or 0 where nobody sees them before the opening is over.</param>
    /// <param name="format">The format of the snapshot's values.</param>
    /// <exception cref="JournalDamageException">It is not there, or is not what was restored then.</exception>
    /// <exception cref="SnapshotTooLargeException">It is larger than is allowed now.</exception>
    /// <exception cref="IOException">It could not be read.</exception>
    public PreparedRestore LoadAgain(JournalRestore frame, ulong sequence, out KvFormat format)
    {
        // What a file says becomes a path only when it is the name of a snapshot.
        if (!SnapshotName.TryParse(frame.Snapshot, out _))
        {
            throw new JournalDamageException("a restore names a snapshot by what is no name of one");
        }

        try
        {
            var fingerprint = reader.ReadFingerprint(catalog.GetPath(frame.Snapshot), cancellationToken);
            if (fingerprint != new SnapshotFingerprint(frame.SizeBytes, frame.Checksum))
            {
                throw new JournalDamageException(string.Create(
                    CultureInfo.InvariantCulture,
                    $"the snapshot '{frame.Snapshot}' was restored here, and is another file now: {fingerprint.SizeBytes} bytes with the checksum {fingerprint.Checksum:x8} instead of {frame.SizeBytes} with {frame.Checksum:x8}"));
            }

            var scope = new RestoreScope(frame.Prefix, frame.Protected);
            var contents = Load(frame.Snapshot, scope, frame.Instant, sequence);
            format = contents.Header.Format;
            return new(scope, contents.Entries.Entries, contents.Entries.References, []);
        }
        catch (Exception exception) when (exception is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new JournalDamageException($"the snapshot '{frame.Snapshot}' was restored here, and is not there any more");
        }
        catch (KvStoreCorruptedException exception) when (exception is not SnapshotTooLargeException)
        {
            throw new JournalDamageException($"the snapshot '{frame.Snapshot}' was restored here, and cannot be read any more: {exception.Message}");
        }
    }
}
