using System.Diagnostics.Metrics;
using System.Runtime.CompilerServices;

namespace SnapshotKv.Diagnostics;

/// <summary>All instruments of the engine, once for each meter, whichever and however many stores report through it.</summary>
/// <remarks>
/// <para>Thread-safe. A meter factory gives the same meter to all who ask for the name, and disposes it only at its own end; instruments that each store made for
/// itself would report closed stores for ever. So stores come and go here instead.</para>
/// <para>Stores are held weakly: a store that nobody disposes is collected as it was without a meter.</para>
/// </remarks>
internal sealed class StoreInstruments
{
    private static readonly ConditionalWeakTable<Meter, StoreInstruments> Known = [];

    /// <summary>From a millisecond to some minutes; the customary boundaries are those of web requests, and end at ten seconds.</summary>
    private static readonly InstrumentAdvice<double> Seconds =
        new() { HistogramBucketBoundaries = [0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 60, 120, 300] };

    /// <summary>From ten microseconds, which a fast device takes for a flush, to ten seconds, which one takes that is about to fail.</summary>
    private static readonly InstrumentAdvice<double> FlushSeconds =
        new() { HistogramBucketBoundaries = [0.00001, 0.00002, 0.00005, 0.0001, 0.0002, 0.0005, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10] };

    /// <summary>From 1 KiB to 16 GiB, fourfold each time.</summary>
    private static readonly InstrumentAdvice<long> Sizes =
        new() { HistogramBucketBoundaries = [.. Enumerable.Range(0, 13).Select(static i => 1024L << (2 * i))] };

    private readonly Lock _lock = new();
    private WeakReference<StoreMetrics>[] _stores = [];

    private StoreInstruments(Meter meter)
    {
        OpenDuration = meter.CreateHistogram(SnapshotKvDiagnostics.OpenDuration, "s", "How long openings of the store took.", tags: null, Seconds);
        SaveDuration = meter.CreateHistogram(SnapshotKvDiagnostics.SaveDuration, "s", "How long saves took that wrote a snapshot, or tried to.", tags: null, Seconds);
        SaveSize = meter.CreateHistogram(SnapshotKvDiagnostics.SaveSize, "By", "The sizes of the snapshots that were saved.", tags: null, Sizes);
        RestoreDuration = meter.CreateHistogram(SnapshotKvDiagnostics.RestoreDuration, "s", "How long restores of snapshots took.", tags: null, Seconds);
        SweepDuration = meter.CreateHistogram(SnapshotKvDiagnostics.SweepDuration, "s", "How long sweeps of expired entries took.", tags: null, Seconds);
        JournalFlushDuration = meter.CreateHistogram(SnapshotKvDiagnostics.JournalFlushDuration, "s", "How long flushes of the journal to the device took.", tags: null, FlushSeconds);
        SweepEntries = meter.CreateCounter<long>(SnapshotKvDiagnostics.SweepEntries, "{entry}", "Expired entries that sweeps took out of memory.");

        meter.CreateObservableUpDownCounter(SnapshotKvDiagnostics.Entries, () => Observe(static store => store.Entries), "{entry}", "Entries in memory.");
        meter.CreateObservableGauge(SnapshotKvDiagnostics.UnsavedAge, () => Observe(static store => store.UnsavedAge.TotalSeconds), "s", "How long the oldest unsaved change waits.");
        meter.CreateObservableGauge(SnapshotKvDiagnostics.SaveFailures, () => Observe(static store => store.FailedSaves), "{save}", "Saves that failed in a row.");
        meter.CreateObservableUpDownCounter(SnapshotKvDiagnostics.Watchers, () => Observe(static store => store.Watchers), "{watcher}", "Enumerations of changes that are under way.");
        meter.CreateObservableCounter(SnapshotKvDiagnostics.WatchersMissed, () => Observe(static store => store.MissedByWatchers), "{time}", "How often a watcher was too slow and missed changes.");
        meter.CreateObservableGauge(SnapshotKvDiagnostics.RecoveryProblems, () => Observe(static store => store.RecoveryProblems), "{file}", "Damaged files that opening found.");
        AddJournal(meter);
        AddFollower(meter);
    }

    public Histogram<double> OpenDuration { get; }

    public Histogram<double> SaveDuration { get; }

    public Histogram<long> SaveSize { get; }

    public Histogram<double> RestoreDuration { get; }

    public Histogram<double> SweepDuration { get; }

    public Counter<long> SweepEntries { get; }

    public Histogram<double> JournalFlushDuration { get; }

    /// <summary>The instruments of a meter, made by the first who asks.</summary>
    public static StoreInstruments Of(Meter meter)
    {
        // Made under the lock: two who asked at once would both put observable instruments on the meter.
        lock (Known)
        {
            if (!Known.TryGetValue(meter, out var instruments))
            {
                Known.Add(meter, instruments = new(meter));
            }

            return instruments;
        }
    }

    /// <summary>From now on the observable instruments report the store.</summary>
    public void Add(StoreMetrics store)
    {
        lock (_lock)
        {
            _stores = [.. Alive(except: store), new(store)];
        }
    }

    /// <summary>From now on they do not.</summary>
    public void Remove(StoreMetrics store)
    {
        lock (_lock)
        {
            _stores = [.. Alive(except: store)];
        }
    }

    /// <summary>What the journal tells is read from numbers that it keeps anyway, when a listener asks: a write pays nothing for it.</summary>
    private void AddJournal(Meter meter)
    {
        meter.CreateObservableUpDownCounter(SnapshotKvDiagnostics.JournalSize, () => ObserveJournal(static store => store.JournalBytes), "By", "What the journal's files take of the disk.");
        meter.CreateObservableUpDownCounter(
            SnapshotKvDiagnostics.JournalUnused, () => ObserveJournal(static store => store.JournalUnusedBytes), "By", "What of the journal's files was made ready and has no commit yet.");
        meter.CreateObservableCounter(SnapshotKvDiagnostics.JournalCommits, () => ObserveJournal(static store => store.JournalCommits), "{commit}", "Commits appended to the journal.");
        meter.CreateObservableCounter(SnapshotKvDiagnostics.JournalAppended, () => ObserveJournal(static store => store.JournalAppendedBytes), "By", "Bytes appended to the journal.");
        meter.CreateObservableUpDownCounter(
            SnapshotKvDiagnostics.JournalUnflushed, () => ObserveJournal(static store => store.JournalUnflushed), "{commit}", "Commits in the journal that the device is not known to have.");
        meter.CreateObservableCounter(SnapshotKvDiagnostics.JournalSlides, () => ObserveJournal(static store => store.JournalSlides), "{entry}", "Moved sliding expiries that the journal was told of.");
        meter.CreateObservableGauge(
            SnapshotKvDiagnostics.JournalFaulted, () => ObserveJournal(static store => store.IsFaulted ? 1 : 0), "{fault}", "Whether the device has failed, so that the store takes no more writes.");
        meter.CreateObservableGauge(
            SnapshotKvDiagnostics.JournalRefusing, () => ObserveJournal(static store => store.IsRefusingWrites ? 1 : 0), "{refusal}", "Whether writes are refused, because there is no room for them.");
    }

    private void AddFollower(Meter meter)
    {
        meter.CreateObservableGauge(
            SnapshotKvDiagnostics.FollowerLag, () => ObserveFollower(static status => status.Lag.TotalSeconds), "s", "For how long a follower may have been behind its owner.");
        meter.CreateObservableCounter(SnapshotKvDiagnostics.FollowerCommits, () => ObserveFollower(static status => status.Commits), "{commit}", "Commits of its owner that a follower carried out.");
        meter.CreateObservableCounter(
            SnapshotKvDiagnostics.FollowerReloads, () => ObserveFollower(static status => status.Reloads), "{reload}", "How often a follower read everything anew.");
        meter.CreateObservableGauge(
            SnapshotKvDiagnostics.FollowerTroubled, () => ObserveFollower(static status => status.Problem is null ? 0 : 1), "{problem}", "Whether something stands in a follower's way.");
    }

    private IEnumerable<WeakReference<StoreMetrics>> Alive(StoreMetrics except) =>
        _stores.Where(reference => reference.TryGetTarget(out var store) && store != except);

    private IEnumerable<Measurement<T>> Observe<T>(Func<IStoreGauges, T> read)
        where T : struct => Observe(read, static _ => true);

    /// <summary>Of stores that follow another.</summary>
    private IEnumerable<Measurement<T>> ObserveFollower<T>(Func<KvFollowerStatus, T> read)
        where T : struct => Observe(store => read(store.Follower!), static store => store.Follower is not null);

    /// <summary>Of stores that have a journal.</summary>
    private IEnumerable<Measurement<T>> ObserveJournal<T>(Func<IStoreGauges, T> read)
        where T : struct => Observe(read, static store => store.HasJournal);

    private IEnumerable<Measurement<T>> Observe<T>(Func<IStoreGauges, T> read, Func<IStoreGauges, bool> has)
        where T : struct
    {
        foreach (var reference in Volatile.Read(ref _stores))
        {
            if (reference.TryGetTarget(out var store) && store.TryRead(read, has, out var measurement))
            {
                yield return measurement;
            }
        }
    }
}
