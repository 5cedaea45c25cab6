using System.Diagnostics.CodeAnalysis;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using SnapshotKv.Diagnostics;
using SnapshotKv.Engine;
using SnapshotKv.FileSystem;

namespace SnapshotKv.Lifetime;

/// <summary>What every part of an open store works with, owner's or follower's: its settings, its surroundings, and the clock, log and meter that its handles may bind to others later.</summary>
/// <remarks>Thread-safe. What it holds lives as long as the store; <see cref="Metrics"/> are the store's to dispose.</remarks>
internal sealed class StoreServices
{
    /// <param name="options">The settings, in order, of whoever opens the store; they are copied.</param>
    /// <param name="environment">The surroundings.</param>
    /// <param name="isShared">Whether the store may have several handles.</param>
    public StoreServices(SnapshotKvOptions options, StoreEnvironment environment, bool isShared)
    {
        Environment = environment;
        TimeProvider = new BoundTimeProvider(options.TimeProvider);
        Settings = options.Copy();
        Settings.TimeProvider = TimeProvider;
        Clock = new KvClock(TimeProvider);
        Metrics = new StoreMetrics(options.MeterFactory, options.Name);
        SnapshotWatchers = new SnapshotWatchers(Logger);

        // Who opens alone has said all there is to say about the log; of those who share, a later one may have it.
        Logger.Bind(CreateLogger(options) ?? (isShared ? null : NullLogger.Instance));
    }

    /// <summary>The settings as they count: handles may change them.</summary>
    public SnapshotKvOptions Settings { get; }

    public StoreEnvironment Environment { get; }

    public IFileSystem FileSystem => Environment.FileSystem;

    public BoundTimeProvider TimeProvider { get; }

    public KvClock Clock { get; }

    public BoundLogger Logger { get; } = new();

    public StoreMetrics Metrics { get; }

    /// <summary>Who is told of saved snapshots.</summary>
    public SnapshotWatchers SnapshotWatchers { get; }

    /// <summary>A factory that is disposed, or throws for another reason, is none.</summary>
    [SuppressMessage("Design", "CA1031:Do not catch general exception types", Justification = "A store without a log is better than none.")]
    public static ILogger? CreateLogger(SnapshotKvOptions options)
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
