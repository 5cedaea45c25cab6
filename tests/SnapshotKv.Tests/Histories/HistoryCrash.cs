using SnapshotKv.Journal;
using SnapshotKv.Testing;
using SnapshotKv.Tests.Histories.Operations;
using SnapshotKv.Tests.Store;

namespace SnapshotKv.Tests.Histories;

/// <summary>
/// Saves while threads work on a store, and at some moment takes what the end of the process would leave: between two of their operations on files, or as one is
/// about to begin. What is found when that is opened is the last event of the history, a look at everything at one instant; what the threads do afterwards never was.
/// </summary>
internal sealed class HistoryCrash : IDisposable
{
    /// <summary>Fewer operations on files than a history has; where there are fewer still, the crash comes at the end.</summary>
    private const int MostFileOperations = 40;

    /// <summary>Small ones are soon made, and some histories fill more than one.</summary>
    private static readonly SegmentSizes Segments = new(8 << 10, 8 << 10);

    private readonly StoreHome _home;
    private readonly KvDurability _level;
    private readonly int _crashAt;
    private readonly int? _fileOperation;
    private readonly int[] _savesAt;
    private readonly Lock _lock = new();
    private Func<long>? _tick;
    private int _fileOperations;
    private long _keptSince;
    private InMemoryFileSystem? _image;
    private long _kept;
    private long _invoked;
    private long _answered;

    /// <param name="level">The store's level.</param>
    /// <param name="seed">Determines when it saves and crashes.</param>
    /// <param name="hasSnapshot">Whether there is a <see cref="HistorySnapshot"/> to go back to.</param>
    public HistoryCrash(KvDurability level, int seed, bool hasSnapshot)
    {
        var random = new Random(seed);
        _level = level;
        _home = new StoreHome { Durability = level, SegmentSizes = Segments };
        Store = Open(_home, new YieldingTimeProvider());
        if (hasSnapshot)
        {
            HistorySnapshot.Prepare(Store);
        }

        _crashAt = random.Next(2 * HistoryRecorder.Threads * HistoryRecorder.OperationsPerThread);
        _fileOperation = random.Next(2) == 0 ? random.Next(MostFileOperations) : null;
        _savesAt = [.. Enumerable.Range(0, random.Next(3)).Select(_ => random.Next(_crashAt + 1)).Order()];
        _home.Files.Before(operation => operation.IsChange, _ => BeforeChange());
    }

    public KvStore Store { get; }

    /// <summary>Saves and crashes at the chosen moments.</summary>
    /// <param name="tick">Gives the next instant of the history.</param>
    /// <param name="now">The instant as it is.</param>
    /// <param name="end">The instant after which nothing more happens.</param>
    public void Play(Func<long> tick, Func<long> now, long end)
    {
        Volatile.Write(ref _tick, tick);
        foreach (var at in _savesAt)
        {
            WaitUntil(Math.Min(at, end), now);
            var begun = tick();
            Store.Save();
            Volatile.Write(ref _keptSince, begun);
        }

        WaitUntil(_fileOperation is null ? Math.Min(_crashAt, end) : end, now);
        Crash();
        Volatile.Write(ref _tick, null);
    }

    /// <summary>Opens what is left.</summary>
    /// <param name="history">What the threads did, as if there had been no crash.</param>
    /// <param name="isAmidst">Whether there were operations under way.</param>
    /// <returns>
    /// What they did until then, operations that were under way with answers that nobody got, and the look: which took effect between the moment before which all must be
    /// there and the one after which nothing can be.
    /// </returns>
    public History Reopen(History history, out bool isAmidst)
    {
        var events = history.Events.Where(item => item.Invoked < _answered).Select(item => item.Answered < _invoked ? item : item with { Answered = HistoryEvent.Never }).ToList();
        isAmidst = events.Exists(item => item.Answered == HistoryEvent.Never);
        using var store = Open(new StoreHome(_image!) { Durability = _level, SegmentSizes = Segments }, new ManualTimeProvider(new YieldingTimeProvider().GetUtcNow().AddSeconds(1)));
        return new([.. events, new(HistoryRecorder.Threads, _kept, _answered, new ReopenOperation(), ReopenOperation.AnswerOf(store))]);
    }

    public void Dispose() => Store.Dispose();

    /// <summary>Only what threads do counts, not what opening and closing do.</summary>
    private void BeforeChange()
    {
        if (Volatile.Read(ref _tick) is not null && Interlocked.Increment(ref _fileOperations) == _fileOperation + 1)
        {
            Crash();
        }
    }

    private void Crash()
    {
        lock (_lock)
        {
            if (_image is null && Volatile.Read(ref _tick) is { } tick)
            {
                // At a level with a journal all that has returned by now is there; without one, what had returned when the last finished save began.
                var keptSince = Volatile.Read(ref _keptSince);
                _invoked = tick();
                _image = _home.Disk.CrashImage(CrashKind.ProcessKilled);
                _answered = tick();
                _kept = _level == KvDurability.Snapshot ? keptSince : _invoked;
            }
        }
    }

    private static void WaitUntil(long instant, Func<long> now)
    {
        while (now() < instant)
        {
            Thread.Yield();
        }
    }

    private static KvStore Open(StoreHome home, TimeProvider clock) => home.Open(options =>
    {
        options.TimeProvider = clock;
        options.SaveDebounce = Timeout.InfiniteTimeSpan;
        options.Compression = KvCompression.None;
        options.Recovery = KvRecoveryMode.Strict;
    });
}
