using System.Security.Cryptography;
using SnapshotKv.Blobs;
using SnapshotKv.Diagnostics;
using SnapshotKv.Engine;
using SnapshotKv.FileSystem;
using SnapshotKv.Serialization;
using SnapshotKv.Snapshots;

namespace SnapshotKv.Lifetime;

/// <content>A store that follows what another one writes into a directory.</content>
internal sealed partial class OpenStore
{
    private const string FollowerRefusal =
        $"This store follows a directory that another one owns ({nameof(SnapshotKvOptions)}.{nameof(SnapshotKvOptions.Mode)} = {nameof(KvStoreMode.Follower)}), and writes nothing there: write to the owner.";

    private readonly BlobStore? _followedBlobs;

    /// <summary>A store that follows a directory.</summary>
    private OpenStore(StoreServices services, FollowedDirectory followed, FollowedState state)
    {
        _services = services;
        var (settings, clock, logger) = (services.Settings, services.Clock, services.Logger);
        Followed = followed;
        RecoveryReport = new(state.Found.Loaded, [], state.Found.Listing.Ignored) { ReplayedCommits = state.Outcome.Commits };
        var reader = new SnapshotReader(services.FileSystem);
        Archive = new SnapshotArchive(followed.Catalog, followed.ReadHistory, new SnapshotHeads(followed.Catalog, reader, settings.MaxSnapshotBytes), reader, settings);
        Serializers.Load(state.Serializers);
        Serializers.Changing = static (_, _, _) => throw new NotSupportedException(FollowerRefusal);

        // Files are the owner's to delete, so that nobody here needs to know which may go.
        var ledger = new BlobLedger(isKept: false);
        _followedBlobs = new BlobStore(services.FileSystem, followed.Path, new BlobIdGenerator(services.TimeProvider, RandomNumberGenerator.Create()), ledger);
        _pipeline = new CommitPipeline(state.Table, clock, state.Sequence, new ChangeFeed(services.Environment.Scheduler, logger), ledger, journal: null);
        Maintenance = CreateMaintenance(checkpointer: null);

        // Not by way of a host's task, which looks, too: a watcher may be slow.
        var news = new SnapshotNews(followed, services.SnapshotWatchers, services.TimeProvider, services.Environment.Scheduler);
        Maintenance.Follower = new JournalFollower(followed, state, _pipeline, Serializers, news, services.TimeProvider, Maintenance.Queue, logger);
        _pipeline.SweepLimit = () => Maintenance.Follower!.SweepLimit;
        Maintenance.SetTimes(settings.SaveDebounce, settings.TtlCleanupInterval);
        services.Metrics.Attach(new StoreGauges(_pipeline, checkpointer: null, RecoveryReport, journal: null, journalFiles: null, upkeep: null, Maintenance.Follower));
    }

    /// <summary>The directory that is followed; null for an owner and in memory-only mode.</summary>
    public FollowedDirectory? Followed { get; }

    /// <summary>The directory's path; null in memory-only mode.</summary>
    public string? DirectoryPath => Directory?.Path ?? Followed?.Path;

    /// <summary>Its snapshots; null in memory-only mode.</summary>
    public SnapshotCatalog? Catalog => Directory?.Catalog ?? Followed?.Catalog;

    private BlobStore? BlobFiles => _blobs?.Files ?? _followedBlobs;

    /// <summary>The bytes that may still be written where the directory lies; null in memory-only mode.</summary>
    /// <exception cref="IOException">The directory is gone, or cannot be asked.</exception>
    public long? GetAvailableBytes() => Directory?.GetAvailableBytes() ?? Followed?.GetAvailableBytes();

    private static OpenStore Follow(StoreServices services, StoreLocation? location, StoreOperation operation, CancellationToken cancellationToken)
    {
        var (files, settings, logger) = (services.FileSystem, services.Settings, services.Logger);
        string? path = null;
        try
        {
            path = StoreDirectory.Resolve(files, settings.Path!);
            var followed = new FollowedDirectory(files, path, settings, FormatConverter.To(settings.Format), logger);
            var state = followed.Load(cancellationToken);
            var elapsed = operation.Succeeded(state.Table.Count, state.Found.Loaded?.SizeBytes);
            logger.FollowerOpened(path, state.Table.Count, state.Found.Loaded?.FileName ?? "none", state.Sequence, elapsed);
            return new(services, followed, state) { Location = location };
        }
        catch (Exception exception)
        {
            operation.Failed(exception);
            services.Metrics.Dispose();
            if (exception is IOException or UnauthorizedAccessException)
            {
                throw new KvStoreUnavailableException($"The directory '{path}' cannot be followed: reading it as {files.DescribeUser()} failed: {exception.Message}", exception);
            }

            throw;
        }
    }

    private void CloseFollower()
    {
        if (Followed is not null && !_isClosed)
        {
            Maintenance.Follower!.Dispose();
            _services.Logger.FollowerClosed(Followed.Path);
        }
    }
}
