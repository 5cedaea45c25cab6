using System.Diagnostics.CodeAnalysis;
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
    private readonly StoreServices _services;
    private readonly CommitPipeline _pipeline;
    private readonly StoreBlobs? _blobs;
    private readonly FlightTable _flights = new();
    private readonly JournalWriter? _journal;
    private readonly JournalRoom? _room;
    private readonly SlideQueue? _slides;
    private readonly ulong _openedAt;

    /// <summary>A store that owns its directory, or has none.</summary>
    private OpenStore(StoreServices services, OpenDirectory? directory, RecoveredStore recovered)
    {
        _services = services;
        var (environment, settings, clock, logger) = (services.Environment, services.Settings, services.Clock, services.Logger);
        Directory = directory;
        RecoveryReport = recovered.Report;
        Serializers.Load(recovered.Serializers);
        _openedAt = recovered.Sequence;
        if (directory is not null)
        {
            var reader = new SnapshotReader(environment.FileSystem);
            var heads = new SnapshotHeads(directory.Catalog, reader, settings.MaxSnapshotBytes);
            Archive = new SnapshotArchive(directory.Catalog, () => directory.History, heads, reader, settings);
            _blobs = new StoreBlobs(environment.FileSystem, directory, reader, heads, settings, recovered, logger);
            JournalFiles = new JournalFiles(directory.Journal, recovered.Segments, recovered.LastOrdinal, logger);
            _journal = settings.Durability == KvDurability.Snapshot ? null : CreateJournal(directory, JournalFiles, recovered);
            _slides = _journal is null ? null : new SlideQueue();
        }

        _pipeline = new CommitPipeline(recovered.Table, clock, recovered.Sequence, new ChangeFeed(environment.Scheduler, logger), _blobs?.Ledger ?? new BlobLedger(), _journal);
        directory?.Attach(_blobs!, CreateCheckpointer(directory, recovered));
        Maintenance = CreateMaintenance(directory?.Checkpointer);
        if (_journal is not null)
        {
            Maintenance.Journal = new JournalUpkeep(_journal, _slides!, _pipeline, clock, settings, Maintenance.Queue, logger);
            _room = new JournalRoom(_journal, directory!.Checkpointer!, settings);
            Serializers.Changing = NoteClaim;
        }

        Restorer = directory is null ? null : CreateRestorer(directory);
        Maintenance.SetTimes(settings.SaveDebounce, settings.TtlCleanupInterval);
        // A directory that is to be rewritten waits for that from the start.
        directory?.Checkpointer!.NoteChange();
        services.Metrics.Attach(new StoreGauges(_pipeline, directory?.Checkpointer, recovered.Report, _journal, JournalFiles, Maintenance.Journal));
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
    public string Name => _services.Metrics.Name;

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
        var services = new StoreServices(options, environment, isShared: location is not null);
        var (settings, metrics) = (services.Settings, services.Metrics);
        if (settings.Path is null)
        {
            return new(services, directory: null, RecoveredStore.Empty(KvRecoveryReport.Nothing));
        }

        using var operation = metrics.BeginOpen(services.TimeProvider);
        if (settings.Mode == KvStoreMode.Follower)
        {
            return Follow(services, location, operation, cancellationToken);
        }

        OpenDirectory? directory = null;
        try
        {
            directory = OpenDirectory.Open(environment.FileSystem, settings.Path, services.TimeProvider);
            var recovered = Read(directory, services, operation, cancellationToken);
            var store = new OpenStore(services, directory, recovered) { Location = location };
            try
            {
                store.TakePossession(recovered);
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

    private Checkpointer CreateCheckpointer(OpenDirectory directory, RecoveredStore recovered) => new(
        _pipeline,
        _services.Clock,
        _services.FileSystem,
        directory.Catalog,
        directory.History,
        Archive!.Heads,
        directory.Keep,
        new SnapshotWriter(_services.FileSystem),
        _services.Settings,
        new SupersededFiles(
            directory.History, _blobs!.Collector, JournalFiles!, _journal, _services.Settings, recovered.Header is null ? 0 : recovered.Header.Sequence, _services.Logger),
        Serializers.ToDictionary,
        recovered.Report.LoadedSnapshot,
        recovered.IsSaveDue,
        _services.SnapshotWatchers,
        new SaveHistory(recovered.Header?.CreatedAt),
        _journal,
        _services.Metrics,
        _services.Logger);

    /// <summary>What is to be done now and then, by the times that are set afterwards.</summary>
    /// <param name="checkpointer">Who saves; null where nothing is saved.</param>
    private MaintenanceRunner CreateMaintenance(Checkpointer? checkpointer) => new(
        checkpointer,
        new ExpirationSweeper(_pipeline, _services.Clock, _services.Metrics, _services.Logger),
        _journal,
        _services.Settings,
        _services.Environment.Cadence,
        _services.TimeProvider,
        _services.Environment.Scheduler,
        _services.Logger);

    private SnapshotRestorer CreateRestorer(OpenDirectory directory) => new(
        _pipeline,
        _services.Clock,
        directory.Checkpointer!,
        Maintenance,
        Archive!,
        directory.History,
        new RestorePreparer(_pipeline, directory.Catalog, new SnapshotReader(_services.FileSystem), FormatConverter.To, _services.Settings, _services.Logger),
        new RestoreCommitter(_pipeline, Maintenance, _room, _services.Settings),
        Serializers,
        _journal,
        _services.Settings,
        _services.Metrics,
        _services.Logger);
}
