using System.Diagnostics.CodeAnalysis;
using Microsoft.Extensions.Logging;
using SnapshotKv.Blobs;
using SnapshotKv.Diagnostics;
using SnapshotKv.Engine;
using SnapshotKv.FileSystem;
using SnapshotKv.Journal;
using SnapshotKv.Serialization;
using SnapshotKv.Snapshots;

namespace SnapshotKv.Lifetime;

/// <summary>An open store: what its handles share, from the opening to the last save.</summary>
/// <remarks>Thread-safe.</remarks>
[SuppressMessage("Design", "CA1001:Types that own disposable fields should be disposable", Justification = "It is closed, not disposed: the semaphore owns nothing while nobody asks for its wait handle, and whoever comes late must find it.")]
internal sealed partial class OpenStore
{
    private readonly CommitPipeline _pipeline;
    private readonly KvClock _clock;
    private readonly BoundTimeProvider _timeProvider;
    private readonly BoundLogger _logger;
    private readonly StoreMetrics _metrics;
    private readonly StoreBlobs? _blobs;
    private readonly IWorkScheduler _scheduler;
    private readonly FlightTable _flights = new();
    private readonly SnapshotWatchers _snapshotWatchers;
    private readonly SnapshotKvOptions _settings;
    private readonly JournalWriter? _journal;
    private readonly JournalRoom? _room;
    private readonly SlideQueue? _slides;
    private readonly ulong _openedAt;

    private OpenStore(
        SnapshotKvOptions settings,
        StoreEnvironment environment,
        BoundTimeProvider timeProvider,
        KvClock clock,
        BoundLogger logger,
        StoreMetrics metrics,
        OpenDirectory? directory,
        RecoveredStore recovered)
    {
        _settings = settings;
        _timeProvider = timeProvider;
        _clock = clock;
        _logger = logger;
        _metrics = metrics;
        _scheduler = environment.Scheduler;
        _snapshotWatchers = new SnapshotWatchers(logger);
        Directory = directory;
        RecoveryReport = recovered.Report;
        Serializers.Load(recovered.Serializers);
        if (directory is not null)
        {
            var reader = new SnapshotReader(environment.FileSystem);
            var heads = new SnapshotHeads(directory.Catalog, reader, settings.MaxSnapshotBytes);
            Archive = new SnapshotArchive(directory.Catalog, () => directory.History, heads, reader, settings);
            _blobs = new StoreBlobs(environment.FileSystem, directory, reader, heads, settings, recovered, logger);
        }

        _openedAt = recovered.Sequence;
        if (directory is not null)
        {
            JournalFiles = new JournalFiles(directory.Journal, recovered.Segments, recovered.LastOrdinal, logger);
            _journal = settings.Durability == KvDurability.Snapshot ? null : CreateJournal(environment, directory, JournalFiles, recovered);
            _slides = _journal is null ? null : new SlideQueue();
        }

        _pipeline = new CommitPipeline(recovered.Table, clock, recovered.Sequence, new ChangeFeed(environment.Scheduler, logger), _blobs?.Ledger ?? new BlobLedger(), _journal);
        directory?.Attach(_blobs!, new Checkpointer(
            _pipeline,
            clock,
            environment.FileSystem,
            directory.Catalog,
            directory.History,
            Archive!.Heads,
            directory.Keep,
            new SnapshotWriter(environment.FileSystem),
            settings,
            new SupersededFiles(
                directory.History, _blobs!.Collector, JournalFiles!, _journal, settings, recovered.Header is null ? 0 : recovered.Header.Sequence, logger),
            Serializers.ToDictionary,
            recovered.Report.LoadedSnapshot,
            recovered.IsSaveDue,
            _snapshotWatchers,
            new SaveHistory(recovered.Header?.CreatedAt),
            _journal,
            metrics,
            logger));
        Maintenance = new MaintenanceRunner(
            directory?.Checkpointer, new ExpirationSweeper(_pipeline, clock, metrics, logger), _journal, settings, environment.Cadence, timeProvider, environment.Scheduler, logger);
        if (_journal is not null)
        {
            Maintenance.Journal = new JournalUpkeep(_journal, _slides!, _pipeline, clock, settings, Maintenance.Queue, logger);
            _room = new JournalRoom(_journal, directory!.Checkpointer!, settings);
            Serializers.Changing = NoteClaim;
        }

        if (directory is not null)
        {
            Restorer = new SnapshotRestorer(
                _pipeline,
                clock,
                directory.Checkpointer!,
                Maintenance,
                Archive!,
                directory.History,
                new RestorePreparer(_pipeline, directory.Catalog, new SnapshotReader(environment.FileSystem), FormatConverter.To, settings, logger),
                new RestoreCommitter(_pipeline, Maintenance, _room, settings),
                Serializers,
                _journal,
                settings,
                metrics,
                logger);
        }

        Maintenance.SetTimes(settings.SaveDebounce, settings.TtlCleanupInterval);
        // A directory that is to be rewritten waits for that from the start.
        directory?.Checkpointer!.NoteChange();
        metrics.Attach(new StoreGauges(_pipeline, directory?.Checkpointer, recovered.Report, _journal, JournalFiles, Maintenance.Journal));
        if (_blobs?.HasAny == true)
        {
            environment.Scheduler.Queue(_blobs.Sweep);
        }

        CloseAtProcessExit();
    }

    /// <summary>The directory; null in memory-only mode, and for a follower, which does not hold it.</summary>
    public OpenDirectory? Directory { get; }

    public MaintenanceRunner Maintenance { get; }

    /// <summary>Who restores snapshots; null in memory-only mode.</summary>
    public SnapshotRestorer? Restorer { get; }

    public KvRecoveryReport RecoveryReport { get; private set; }

    /// <summary>What the store is called in metrics.</summary>
    public string Name => _metrics.Name;

    /// <summary>Which serializer wrote what.</summary>
    public SerializerRegistry Serializers { get; } = new();

    /// <summary>Where a shared store is known; null for one that is its only handle's.</summary>
    public StoreLocation? Location { get; init; }

    /// <summary>Opens a store. It has no handle yet.</summary>
    /// <param name="options">The settings, in order.</param>
    /// <param name="environment">What the store takes from its surroundings.</param>
    /// <param name="location">Where it is to be known, when it is shared.</param>
    /// <param name="cancellationToken">Given up between the entries of a snapshot; nothing stays open then.</param>
    public static OpenStore Open(SnapshotKvOptions options, StoreEnvironment environment, StoreLocation? location, CancellationToken cancellationToken)
    {
        var settings = options.Copy();
        var timeProvider = new BoundTimeProvider(options.TimeProvider);
        settings.TimeProvider = timeProvider;
        var clock = new KvClock(timeProvider);
        var logger = new BoundLogger();

        // Who opens alone has said all there is to say about the log; of those who share, a later one may have it.
        logger.Bind(CreateLogger(options) ?? (location is null ? Microsoft.Extensions.Logging.Abstractions.NullLogger.Instance : null));
        var metrics = new StoreMetrics(options.MeterFactory, options.Name);
        if (settings.Path is null)
        {
            return new(settings, environment, timeProvider, clock, logger, metrics, directory: null, RecoveredStore.Empty(KvRecoveryReport.Nothing));
        }

        using var operation = metrics.BeginOpen(timeProvider);
        if (settings.Mode == KvStoreMode.Follower)
        {
            return Follow(settings, environment, location, timeProvider, clock, logger, metrics, operation, cancellationToken);
        }

        OpenDirectory? directory = null;
        try
        {
            directory = OpenDirectory.Open(environment.FileSystem, settings.Path, timeProvider);
            var recovered = Read(directory, settings, environment, logger, operation, cancellationToken);
            var store = new OpenStore(settings, environment, timeProvider, clock, logger, metrics, directory, recovered) { Location = location };
            try
            {
                store.TakePossession(recovered, environment);
                return store;
            }
            catch
            {
                store.Abandon();
                throw;
            }
        }
        catch (Exception exception)
        {
            operation.Failed(exception);
            metrics.Dispose();
            directory?.Dispose();
            if (directory is not null && exception is (IOException or UnauthorizedAccessException))
            {
                throw StoreDirectory.Unusable(environment.FileSystem, directory.Path, "read what it holds", exception);
            }

            throw;
        }
    }

    /// <summary>A factory that is disposed, or throws for another reason, is none.</summary>
    [SuppressMessage("Design", "CA1031:Do not catch general exception types", Justification = "A store without a log is better than none.")]
    private static ILogger? CreateLogger(SnapshotKvOptions options)
    {
        try
        {
            return options.LoggerFactory?.CreateLogger(typeof(KvStore).FullName!);
        }
        catch (Exception)
        {
            return null;
        }
    }
}
