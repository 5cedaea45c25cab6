using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using SnapshotKv.FileSystem;
using SnapshotKv.Format;
using SnapshotKv.Journal;
using SnapshotKv.Snapshots;

namespace SnapshotKv.Engine;

/// <summary>A store's directory as a follower has it: without a lock, and only to be read.</summary>
/// <remarks>Not thread-safe, but for what only asks the disk.</remarks>
internal sealed class FollowedDirectory(IFileSystem fileSystem, string path, SnapshotKvOptions settings, ValueConverter converter, ILogger logger)
{
    /// <summary>How often a directory is read that changes under the reader. Each time the owner would have to save a snapshot and drop what was just listed.</summary>
    private const int MostAttempts = 8;

    private readonly SnapshotReader _reader = new(fileSystem);

    public IFileSystem FileSystem => fileSystem;

    /// <summary>The directory, absolute and with links resolved, whether it is there or not.</summary>
    public string Path => path;

    /// <summary>Its snapshots.</summary>
    public SnapshotCatalog Catalog { get; } = new(fileSystem, path);

    /// <summary>Whether it is there.</summary>
    public bool Exists => fileSystem.DirectoryExists(path);

    /// <summary>The format that the follower has its values in.</summary>
    public KvFormat Format => settings.Format;

    /// <summary>Brings single records into the follower's format.</summary>
    public TableConverter Converter { get; } = new(settings.Format, converter, logger);

    /// <summary>Reads all that it holds; nothing where it is missing or empty. What may come of the owner's writing meanwhile is believed when it is found twice.</summary>
    /// <inheritdoc cref="StoreRecovery.Look"/>
    /// <exception cref="KvStoreUnavailableException">It was another one each time that it was read.</exception>
    public FollowedState Load(CancellationToken cancellationToken)
    {
        string? doubt = null;
        for (var attempt = 1; ; attempt++)
        {
            var journal = new JournalReader(fileSystem, new JournalDirectory(fileSystem, path));
            var recovery = new StoreRecovery(Catalog, _reader, journal, settings, converter, logger);
            try
            {
                var state = recovery.Look(cancellationToken);
                if (state.Doubt is null || state.Doubt == doubt)
                {
                    return state;
                }

                if (attempt == MostAttempts)
                {
                    return state.LeaveOpen();
                }

                doubt = state.Doubt;
            }
            catch (Exception exception) when (exception is FileNotFoundException or DirectoryNotFoundException)
            {
                // The owner has tidied up since the listing.
                ThrowIfLast(attempt, exception);
            }
            catch (KvStoreCorruptedException exception) when (exception.Message != doubt)
            {
                ThrowIfLast(attempt, exception);
                doubt = exception.Message;
            }
        }
    }

    private void ThrowIfLast(int attempt, Exception exception)
    {
        if (attempt == MostAttempts)
        {
            throw new KvStoreUnavailableException(
                $"The directory '{path}' changed each time that it was read, {MostAttempts} times in a row: whoever owns it saves again and again. The last time: {exception.Message}", exception);
        }
    }

    /// <summary>Which snapshots the owner has pinned at this moment.</summary>
    /// <exception cref="KvStoreUnavailableException">It cannot be read.</exception>
    public SnapshotHistory ReadHistory()
    {
        try
        {
            // What is wrong with it is the owner's to say, and to mend.
            return SnapshotHistory.Load(Catalog, new HistoryFile(fileSystem, path), KvRecoveryMode.LastGood, settings.TimeProvider, NullLogger.Instance);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new KvStoreUnavailableException($"Which snapshots in '{path}' are pinned cannot be read: {exception.Message}", exception);
        }
    }

    /// <summary>The last commit that a snapshot has; null for one that Go wrote.</summary>
    /// <exception cref="KvStoreCorruptedException">The first bytes are not those of a snapshot.</exception>
    /// <exception cref="IOException">The file could not be read.</exception>
    public ulong? ReadSequence(SnapshotFile snapshot) => _reader.ReadHead(Catalog.GetPath(snapshot.FileName), settings.MaxSnapshotBytes).Sequence;

    /// <summary>Reads the snapshot that a restore of the owner's has brought back.</summary>
    /// <inheritdoc cref="RestoreSource.LoadAgain"/>
    public PreparedRestore LoadRestore(JournalRestore frame, ulong sequence, out KvFormat format, CancellationToken cancellationToken) =>
        new RestoreSource(Catalog, _reader, settings, cancellationToken).LoadAgain(frame, sequence, out format);

    /// <summary>Reads a snapshot, of whose entries those under a prefix are kept.</summary>
    /// <exception cref="KvStoreCorruptedException">The file is damaged.</exception>
    /// <exception cref="IOException">The file could not be read.</exception>
    public LoadedSnapshot Read(SnapshotFile snapshot, byte[] prefix, CancellationToken cancellationToken)
    {
        var sink = new TableSink();
        var header = _reader.Read(Catalog.GetPath(snapshot.FileName), settings.MaxSnapshotBytes, new PrefixSink(prefix, sink), cancellationToken);
        return new(snapshot, header, sink.ToTable());
    }

    /// <summary>The bytes that may still be written where the directory lies.</summary>
    /// <exception cref="IOException">The directory is gone, or cannot be asked.</exception>
    public long GetAvailableBytes() => Exists ? fileSystem.GetAvailableBytes(path) : throw new DirectoryNotFoundException("It is not there.");
}
