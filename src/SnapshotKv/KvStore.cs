using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using SnapshotKv.Blobs;
using SnapshotKv.Diagnostics;
using SnapshotKv.Engine;
using SnapshotKv.FileSystem;
using SnapshotKv.Format;
using SnapshotKv.Serialization;
using SnapshotKv.Snapshots;

namespace SnapshotKv;

/// <summary>
/// An embedded key-value store: all entries in memory, kept in a local directory by snapshots. Opens and writes directories of Go's snapshotkv
/// v0.3.0.
/// </summary>
/// <remarks>
/// <para>Thread-safe. One store at a time has a directory open; a second one is refused with <see cref="KvStoreLockedException"/>.</para>
/// <para>A write is in memory when the call returns, and on disk with the next snapshot: <see cref="SnapshotKvOptions.SaveDebounce"/> after the first
/// unsaved change, with <see cref="Save"/>, and on disposal. A crash loses what was written since.</para>
/// </remarks>
public sealed partial class KvStore : KvKeyspace, IDisposable, IAsyncDisposable
{
    private readonly OpenDirectory? _directory;
    private readonly MaintenanceRunner _maintenance;
    private readonly ILogger _logger;

    private KvStore(
        StoreEngine engine,
        SnapshotKvOptions settings,
        IKvSerializer serializer,
        MaintenanceRunner maintenance,
        OpenDirectory? directory,
        KvRecoveryReport report,
        ILogger logger)
        : base(engine, settings, serializer, KvKeyPrefix.None, default)
    {
        _maintenance = maintenance;
        _directory = directory;
        _logger = logger;
        RecoveryReport = report;
        SaveAtProcessExit();
    }

    /// <summary>Whether the store lives in memory only, without a directory.</summary>
    public bool IsMemoryOnly => _directory is null;

    /// <summary>The store's directory, absolute and with links resolved; null in memory-only mode.</summary>
    public string? DirectoryPath => _directory?.Path;

    /// <summary>What opening found on the disk.</summary>
    public KvRecoveryReport RecoveryReport { get; }

    /// <summary>Entries whose keys are not UTF-8. They come from Go, are kept and written back, and no string reaches them.</summary>
    public int OpaqueKeyCount => Engine.Pipeline.Table.OpaqueCount;

    /// <summary>The number of the last commit.</summary>
    internal ulong LastSequence => Engine.Pipeline.Sequence;

    /// <summary>The entries in memory, expired ones that were not swept yet included.</summary>
    internal int EntriesInMemory => Engine.Pipeline.Table.Count;

    /// <summary>Whether a transaction is open, so that commits are noted for it.</summary>
    internal bool KeepsTransactionLog => Engine.Pipeline.TransactionLog.IsKept;

    /// <summary>The tags of all entries, as the index has them, which is built when it is not there yet.</summary>
    internal int TagIndexKeys => Engine.Pipeline.EnsureTagIndex().Enumerate([]).Count();

    /// <summary>Those who watch with an enumeration at this moment.</summary>
    internal int WatcherCount => Engine.Pipeline.Feed.SubscriptionCount;

    /// <summary>The change tokens that have not changed, those included that nobody holds and that are not forgotten yet.</summary>
    internal int ChangeTokenCount => Engine.Pipeline.Feed.TokenCount;

    /// <summary>Opens the store in a directory, which is created when it is missing.</summary>
    /// <param name="path">The directory; null for a memory-only store.</param>
    /// <returns>The open store.</returns>
    /// <inheritdoc cref="Open(SnapshotKvOptions)"/>
    public static KvStore Open(string? path) => Open(path, new SnapshotKvOptions());

    /// <summary>Opens a store.</summary>
    /// <param name="options">The settings, which are copied.</param>
    /// <returns>The open store.</returns>
    /// <exception cref="ArgumentException">Settings are out of range; all of them are named.</exception>
    /// <exception cref="KvStoreLockedException">Another store, in this process or another, has the directory open.</exception>
    /// <exception cref="KvStoreUnavailableException">The directory cannot be written; the message says what to do.</exception>
    /// <exception cref="KvStoreCorruptedException">There are snapshots, and none of them can be read; or the newest is larger than <see cref="SnapshotKvOptions.MaxSnapshotBytes"/>.</exception>
    /// <exception cref="KvSerializationException">The directory is of the other format, and values in it have no form in this one.</exception>
    public static KvStore Open(SnapshotKvOptions options) => Open(options, StoreEnvironment.Default);

    /// <summary>Opens the store in a directory, which is created when it is missing.</summary>
    /// <param name="path">The directory, which counts instead of the options' own; null for a memory-only store.</param>
    /// <param name="options">The other settings, which are copied and never written to.</param>
    /// <returns>The open store.</returns>
    /// <inheritdoc cref="Open(SnapshotKvOptions)"/>
    public static KvStore Open(string? path, SnapshotKvOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        var copy = options.Copy();
        copy.Path = path;
        return Open(copy);
    }

    /// <summary>Opens a store without keeping the caller's thread.</summary>
    /// <param name="options">The settings, which are copied.</param>
    /// <param name="cancellationToken">Given up between the entries of a snapshot; nothing stays open then.</param>
    /// <returns>The open store.</returns>
    /// <inheritdoc cref="Open(SnapshotKvOptions)"/>
    public static Task<KvStore> OpenAsync(SnapshotKvOptions options, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(options);
        var copy = options.Copy();
        return Task.Run(() => Open(copy, StoreEnvironment.Default, cancellationToken), cancellationToken);
    }

    internal static KvStore Open(SnapshotKvOptions options, StoreEnvironment environment, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(options);
        var settings = options.Copy();
        if (settings.GetErrors() is { Count: > 0 } errors)
        {
            throw new ArgumentException("The store's settings are out of range: " + string.Join(' ', errors), nameof(options));
        }

        var logger = (ILogger?)settings.LoggerFactory?.CreateLogger<KvStore>() ?? NullLogger.Instance;
        var clock = new KvClock(settings.TimeProvider);
        var metrics = new StoreMetrics(settings.MeterFactory, settings.Name);
        if (settings.Path is null)
        {
            return Assemble(settings, environment, clock, metrics, logger, directory: null, RecoveredStore.Empty(KvRecoveryReport.Nothing));
        }

        using var operation = metrics.BeginOpen(clock.TimeProvider);
        try
        {
            return OpenDirectoryOf(settings, environment, clock, metrics, operation, logger, cancellationToken);
        }
        catch (Exception exception)
        {
            operation.Failed(exception);
            metrics.Dispose();
            throw;
        }
    }

    private static KvStore OpenDirectoryOf(
        SnapshotKvOptions settings,
        StoreEnvironment environment,
        KvClock clock,
        StoreMetrics metrics,
        StoreOperation operation,
        ILogger logger,
        CancellationToken cancellationToken)
    {
        var directory = OpenDirectory.Open(environment.FileSystem, settings.Path!, settings.TimeProvider);
        try
        {
            var converter = FormatConverter.To(settings.Format);
            var recovered = new StoreRecovery(directory.Catalog, new SnapshotReader(environment.FileSystem), settings, converter, logger).Recover(cancellationToken);
            directory.Catalog.RemoveTemporaryFiles();
            var elapsed = operation.Succeeded(recovered.Table.Count, recovered.Report.LoadedSnapshot?.SizeBytes);
            logger.StoreOpened(directory.Path, recovered.Table.Count, recovered.Report.LoadedSnapshot?.FileName, elapsed);
            return Assemble(settings, environment, clock, metrics, logger, directory, recovered);
        }
        catch (Exception exception)
        {
            directory.Dispose();
            if (exception is IOException or UnauthorizedAccessException)
            {
                throw StoreDirectory.Unusable(environment.FileSystem, directory.Path, "read its snapshots", exception);
            }

            throw;
        }
    }

    private static KvStore Assemble(
        SnapshotKvOptions settings,
        StoreEnvironment environment,
        KvClock clock,
        StoreMetrics metrics,
        ILogger logger,
        OpenDirectory? directory,
        RecoveredStore recovered)
    {
        var registry = new SerializerRegistry();
        registry.Load(recovered.Header?.Extras.Serializers ?? SnapshotExtras.None.Serializers);
        var blobs = directory is null ? null : new StoreBlobs(environment.FileSystem, directory, new SnapshotReader(environment.FileSystem), settings, recovered, logger);
        var pipeline = new CommitPipeline(recovered.Table, clock, recovered.Sequence, new ChangeFeed(environment.Scheduler, logger), blobs?.Ledger ?? new BlobLedger());
        directory?.Attach(blobs!, new Checkpointer(
            pipeline,
            clock,
            environment.FileSystem,
            directory.Catalog,
            new SnapshotWriter(environment.FileSystem),
            settings,
            blobs!.Collector,
            registry.ToDictionary,
            recovered.Report.LoadedSnapshot,
            recovered.IsRewriteDue,
            new SaveHistory(recovered.Header?.CreatedAt),
            metrics,
            logger));
        var sweeper = new ExpirationSweeper(pipeline, clock, metrics, logger);
        var maintenance = new MaintenanceRunner(directory?.Checkpointer, sweeper, settings, environment.Scheduler, logger);
        if (recovered.IsRewriteDue)
        {
            maintenance.NoteChange();
        }

        var store = new KvStore(
            new StoreEngine(pipeline, clock, maintenance, directory?.Checkpointer, blobs?.Files, environment.Scheduler, metrics, logger),
            settings,
            KvSerializers.Create(settings).BindTo(registry, prefix: ""),
            maintenance,
            directory,
            recovered.Report,
            logger);
        metrics.Attach(new StoreGauges(pipeline, directory?.Checkpointer, recovered.Report));
        if (blobs?.HasAny == true)
        {
            environment.Scheduler.Queue(blobs.Sweep);
        }

        return store;
    }
}
