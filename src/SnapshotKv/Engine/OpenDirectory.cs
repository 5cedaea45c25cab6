using Microsoft.Extensions.Logging;
using SnapshotKv.Diagnostics;
using SnapshotKv.FileSystem;
using SnapshotKv.Journal;
using SnapshotKv.Snapshots;

namespace SnapshotKv.Engine;

/// <summary>A store's directory while it is held: its lock, its snapshots, and who saves them.</summary>
internal sealed class OpenDirectory : IDisposable
{
    private readonly DirectoryLock _lock;
    private readonly IFileSystem _fileSystem;
    private SnapshotHistory? _history;

    private OpenDirectory(IFileSystem fileSystem, string path, DirectoryLock heldLock, SnapshotCatalog catalog)
    {
        _fileSystem = fileSystem;
        Path = path;
        _lock = heldLock;
        Catalog = catalog;
        Journal = new JournalDirectory(fileSystem, path);
    }

    /// <summary>The directory, absolute and with links resolved.</summary>
    public string Path { get; }

    public SnapshotCatalog Catalog { get; }

    /// <summary>Where the journal's segments lie.</summary>
    public JournalDirectory Journal { get; }

    /// <summary>Which snapshots are pinned or held; there from <see cref="LoadHistory"/> on.</summary>
    public SnapshotHistory History => _history ?? throw new InvalidOperationException("The history has not been read yet.");

    /// <summary>Who saves the store; null until <see cref="Attach"/>.</summary>
    public Checkpointer? Checkpointer { get; private set; }

    /// <summary>Takes the directory, creating it when it is missing, and proves that it can be worked in.</summary>
    /// <exception cref="KvStoreLockedException">Somebody else has it.</exception>
    /// <exception cref="KvStoreUnavailableException">It cannot be written.</exception>
    public static OpenDirectory Open(IFileSystem fileSystem, string path, TimeProvider timeProvider)
    {
        var realPath = StoreDirectory.Resolve(fileSystem, path);
        var heldLock = DirectoryLock.Acquire(fileSystem, realPath, timeProvider);
        try
        {
            DirectoryProbe.Check(fileSystem, realPath);
            return new(fileSystem, realPath, heldLock, new SnapshotCatalog(fileSystem, realPath));
        }
        catch
        {
            heldLock.Dispose();
            throw;
        }
    }

    /// <summary>Reads which snapshots are pinned or held. Changes nothing on the disk.</summary>
    /// <inheritdoc cref="SnapshotHistory.Load"/>
    public void LoadHistory(KvRecoveryMode mode, TimeProvider timeProvider, ILogger logger)
    {
        _history = SnapshotHistory.Load(Catalog, new HistoryFile(_fileSystem, Path), mode, timeProvider, logger);
        _history.Guard = () =>
        {
            var isLost = Keep(Checkpointer?.Latest);
            if (isLost)
            {
                logger.DirectoryMadeAgain();
            }

            return isLost;
        };
    }

    /// <summary>Its blobs; null until <see cref="Attach"/>.</summary>
    public StoreBlobs? Blobs { get; private set; }

    public void Attach(StoreBlobs blobs, Checkpointer checkpointer)
    {
        Blobs = blobs;
        Checkpointer = checkpointer;
    }

    /// <param name="latest">The newest snapshot that this store knows of; null for none.</param>
    /// <inheritdoc cref="DirectoryLock.Keep"/>
    public bool Keep(SnapshotInfo? latest) =>
        _lock.Keep(() => Catalog.List().Candidates is not [var newest, ..] || newest.ToInfo() == latest);

    /// <summary>The bytes that may still be written where the directory lies.</summary>
    /// <exception cref="IOException">The directory is gone, or cannot be asked.</exception>
    public long GetAvailableBytes() =>
        // Asked for first: Windows answers for the drive, whatever has become of the directory.
        _fileSystem.DirectoryExists(Path) ? _fileSystem.GetAvailableBytes(Path) : throw new DirectoryNotFoundException("It is not there any more.");

    public void Dispose()
    {
        Blobs?.Dispose();
        _history?.Close();
        _lock.Dispose();
    }
}
