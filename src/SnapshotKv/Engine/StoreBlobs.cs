using System.Security.Cryptography;
using Microsoft.Extensions.Logging;
using SnapshotKv.Blobs;
using SnapshotKv.Diagnostics;
using SnapshotKv.FileSystem;
using SnapshotKv.Snapshots;

namespace SnapshotKv.Engine;

/// <summary>The blobs of an open store: their files, who needs which, and the sweep of those that a crash left over.</summary>
/// <remarks>Thread-safe. Disposal waits for a sweep that is under way, which ends between two files.</remarks>
internal sealed class StoreBlobs : IDisposable
{
    private readonly Lock _sweeping = new();
    private readonly CancellationTokenSource _closing = new();
    private readonly CancellationToken _isClosing;
    private readonly RetainedSnapshots _retained;
    private readonly ILogger _logger;
    private readonly BlobHold _hold;
    private readonly ulong _openedAt;

    public StoreBlobs(IFileSystem fileSystem, OpenDirectory directory, SnapshotReader reader, SnapshotHeads heads, SnapshotKvOptions settings, RecoveredStore recovered, ILogger logger)
    {
        _isClosing = _closing.Token;
        _logger = logger;
        HasAny = fileSystem.DirectoryExists(System.IO.Path.Combine(directory.Path, BlobDirectory.DirectoryName));
        _retained = new RetainedSnapshots(directory.Catalog, reader, heads, settings.MaxSnapshotBytes);

        // Without files of before there is nothing to hold back, and no need to look into the quarantine.
        _hold = HasAny ? _retained.GetHold(recovered.Report) : BlobHold.None;
        _openedAt = recovered.Sequence;
        Ledger = recovered.Ledger;
        if (_hold is BlobHold.FellBack or BlobHold.LostCommits or BlobHold.Quarantine)
        {
            Ledger.HoldThrough(recovered.Sequence);
        }

        Files = new BlobStore(fileSystem, directory.Path, new BlobIdGenerator(settings.TimeProvider, RandomNumberGenerator.Create()), Ledger);
        Collector = new BlobCollector(Files, Ledger, _retained, logger);
    }

    public BlobLedger Ledger { get; }

    public BlobStore Files { get; }

    public BlobCollector Collector { get; }

    /// <summary>Whether there was a directory of blobs when the store was opened, so that a crash can have left something there.</summary>
    public bool HasAny { get; }

    /// <summary>Deletes what a crash left over. Called once, beside everything else.</summary>
    public void Sweep()
    {
        lock (_sweeping)
        {
            try
            {
                Collector.Sweep(_openedAt, _hold, _isClosing);
            }
            catch (OperationCanceledException)
            {
                // The store is being closed; what is left is swept when it is next opened.
            }
            catch (Exception exception)
            {
                // Nobody waits for the sweep, so whatever goes wrong with it must not end the process.
                _logger.BlobSweepFailed(exception);
            }
        }
    }

    public void Dispose()
    {
        _closing.Cancel();
        lock (_sweeping)
        {
            _closing.Dispose();
        }
    }
}
