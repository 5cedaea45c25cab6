using SnapshotKv.Blobs;
using SnapshotKv.Engine;
using SnapshotKv.Format;

namespace SnapshotKv.Lifetime;

/// <content>Looking into snapshots while the store is open.</content>
internal sealed partial class OpenStore
{
    /// <summary>The store's snapshots; null in memory-only mode.</summary>
    public SnapshotArchive? Archive { get; }

    /// <summary>A read-only engine over the entries of a snapshot, whose clock stands still.</summary>
    /// <param name="loaded">The snapshot.</param>
    /// <param name="madeAt">When it was made.</param>
    public StoreEngine CreateView(LoadedSnapshot loaded, DateTimeOffset madeAt)
    {
        var clock = new KvClock(new StandingClock(KvClock.FromDateTimeOffset(madeAt)));
        var (scheduler, logger) = (_services.Environment.Scheduler, _services.Logger);
        var settings = _services.Settings.Copy();
        settings.Format = loaded.Header.Format;
        var pipeline = new CommitPipeline(loaded.Table, clock, loaded.Header.Sequence ?? 0, new ChangeFeed(scheduler, logger), new BlobLedger(), journal: null);

        // It does nothing before it is given times, and nothing is ever changed here that it would have to look after.
        var maintenance = new MaintenanceRunner(
            checkpointer: null, new ExpirationSweeper(pipeline, clock, _services.Metrics, logger), journal: null, settings, SaveCadence.Default, clock.TimeProvider, scheduler, logger);
        return new(
            pipeline, clock, maintenance, checkpointer: null, BlobFiles, new FlightTable(), new SnapshotWatchers(logger), journal: null, room: null, slides: null, settings, scheduler, logger)
        {
            WriteRefusal = $"This is a view of the snapshot '{loaded.File.FileName}', in which nothing can be changed. Write to the store itself, or restore the snapshot.",
        };
    }

    /// <summary>The entries that are alive now.</summary>
    public Record[] LiveRecords() => _pipeline.CaptureLive();
}
