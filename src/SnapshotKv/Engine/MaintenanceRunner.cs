using Microsoft.Extensions.Logging;
using SnapshotKv.Diagnostics;
using SnapshotKv.Journal;

namespace SnapshotKv.Engine;

/// <summary>
/// Does what the store does by itself: saves some time after the first unsaved change, and sweeps the dead. Work that fails is logged, counted and
/// tried again; it never reaches the caller of a read or write.
/// </summary>
/// <remarks>
/// Thread-safe. The work runs on the scheduler of the store until a host takes it over with <see cref="RunAsync"/>, and again when the host lets
/// go: there is one runner at any time.
/// </remarks>
internal sealed class MaintenanceRunner : IDisposable
{
    /// <summary>A timed save takes at most one part in twenty of the time.</summary>
    private const int RestPerWork = 20;

    private const int NotDue = 0, DueForSlide = 1, DueForChange = 2;

    private const int MostBackOffSteps = 6;

    /// <summary>How long slides alone may wait for a save.</summary>
    private static readonly TimeSpan SlideDelay = TimeSpan.FromMinutes(10);

    /// <summary>The journal is looked at each time it has grown by so much; less than what is left of it when it is nearly full.</summary>
    private const int LooksPerJournal = 32;

    private static readonly TimeSpan FirstBackOff = TimeSpan.FromSeconds(1);

    private readonly Checkpointer? _checkpointer;
    private readonly ExpirationSweeper _sweeper;
    private readonly JournalWriter? _journal;
    private readonly SnapshotKvOptions _settings;
    private readonly SaveCadence _cadence;
    private readonly TimeProvider _timeProvider;
    private readonly ILogger _logger;
    private readonly IWorkScheduler _ownScheduler;
    private readonly Lock _timing = new();
    private readonly SemaphoreSlim _hosts = new(1, 1);
    private TimeSpan _debounce;
    private volatile ITimer? _saveTimer;
    private ITimer? _sweepTimer;
    private volatile IWorkScheduler _scheduler;
    private int _due;
    private int _isSweeping;
    private int _failures;
    private long _restUntil;
    private long _lookAtBytes;
    private int _isForced;
    private volatile bool _isDisposed;

    public MaintenanceRunner(
        Checkpointer? checkpointer,
        ExpirationSweeper sweeper,
        JournalWriter? journal,
        SnapshotKvOptions settings,
        SaveCadence cadence,
        TimeProvider timeProvider,
        IWorkScheduler scheduler,
        ILogger logger)
    {
        _checkpointer = checkpointer;
        _journal = journal;
        _settings = settings;
        _cadence = cadence;
        _sweeper = sweeper;
        _timeProvider = timeProvider;
        _logger = logger;
        _ownScheduler = _scheduler = scheduler;
        if (checkpointer is not null)
        {
            checkpointer.Saved = LookAtJournalSoon;
        }
    }

    /// <summary>What the journal needs; null where there is none.</summary>
    public JournalUpkeep? Journal { get; set; }

    /// <summary>Who follows another store's directory; null where nobody does.</summary>
    public JournalFollower? Follower { get; set; }

    /// <summary>Has work done in the background.</summary>
    public void Queue(Action work) => _scheduler.Queue(work);

    /// <summary>Has a save tried as soon as may be, whatever was saved a moment ago.</summary>
    public void QueueSave() => _scheduler.Queue(Save);

    /// <summary>Sets when saves and sweeps are due, from now on and by the clock as it is bound now. What is unsaved is saved by the new settings.</summary>
    public void SetTimes(TimeSpan saveDebounce, TimeSpan sweepInterval)
    {
        lock (_timing)
        {
            DisposeTimers();
            if (_isDisposed)
            {
                return;
            }

            _debounce = saveDebounce;
            Volatile.Write(ref _restUntil, _timeProvider.GetTimestamp());
            MakeTimers(sweepInterval);

            // Where nothing is ever saved in the background a save counts as due for ever, so that writes find nothing to do.
            Interlocked.Exchange(ref _due, _saveTimer is null ? DueForChange : NotDue);
            if (_saveTimer is not null && _checkpointer!.IsDirty)
            {
                NoteChange();
            }
        }
    }

    /// <summary>The journal's limits have changed: they count from now on, also for what is not flushed yet.</summary>
    public void SetJournalLimits()
    {
        lock (_timing)
        {
            if (!_isDisposed)
            {
                Journal?.SetTimes();
                LookAtJournalSoon();
            }
        }
    }

    /// <summary>Called after each commit: sees to it that a save comes.</summary>
    public void NoteChange()
    {
        _checkpointer?.NoteChange();
        if (Volatile.Read(ref _due) != DueForChange && Interlocked.Exchange(ref _due, DueForChange) != DueForChange)
        {
            Arm();
        }

        if (_journal is not null)
        {
            Journal!.NoteChange();
            if (_journal.AppendedBytes >= Volatile.Read(ref _lookAtBytes))
            {
                LookAtJournal();
            }
        }
    }

    /// <summary>
    /// Called after a sliding expiry was moved. Slides are saved with the changes; alone they make a save come late, since a store that is only read
    /// would otherwise write itself anew all the time and push its history out.
    /// </summary>
    public void NoteSlide()
    {
        Journal?.NoteChange();
        if (_checkpointer?.NoteSlide() == true && Interlocked.CompareExchange(ref _due, DueForSlide, NotDue) == NotDue)
        {
            ArmIn(Longer(Rest, Longer(_debounce, SlideDelay)));
        }
    }

    /// <summary>Does the background work on the caller's task until it is cancelled; while somebody else does it, waits for its turn.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        if (!await TryTakeTurnAsync(cancellationToken).ConfigureAwait(false))
        {
            return;
        }

        var hosted = new HandedOverScheduler(_ownScheduler);
        _scheduler = hosted;
        try
        {
            await hosted.RunAsync(cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            _scheduler = _ownScheduler;
            hosted.HandBack();
            _hosts.Release();
        }
    }

    public void Dispose()
    {
        _isDisposed = true;
        lock (_timing)
        {
            Journal?.Dispose();
            DisposeTimers();
        }
    }

    private async Task<bool> TryTakeTurnAsync(CancellationToken cancellationToken)
    {
        try
        {
            await _hosts.WaitAsync(cancellationToken).ConfigureAwait(false);
            return true;
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // Being told to stop is how the waiting ends, too.
            return false;
        }
    }

    private void MakeTimers(TimeSpan sweepInterval)
    {
        // Timers would keep whatever ambient state the caller has for as long as the store is open.
        using var flow = ExecutionContext.IsFlowSuppressed() ? default(AsyncFlowControl?) : ExecutionContext.SuppressFlow();
        if (_checkpointer is not null && _debounce != Timeout.InfiniteTimeSpan)
        {
            _saveTimer = _timeProvider.CreateTimer(static self => ((MaintenanceRunner)self!).QueueSave(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        }

        Journal?.SetTimes();
        Follower?.SetTimes();
        if (sweepInterval > TimeSpan.Zero)
        {
            _sweepTimer = _timeProvider.CreateTimer(static self => ((MaintenanceRunner)self!).QueueSweep(), this, sweepInterval, sweepInterval);
        }
    }

    private void DisposeTimers()
    {
        _saveTimer?.Dispose();
        _saveTimer = null;
        _sweepTimer?.Dispose();
        _sweepTimer = null;
    }

    private void Arm()
    {
        if (_debounce == TimeSpan.Zero)
        {
            QueueSave();
            return;
        }

        ArmIn(Longer(Rest, IsLarge ? Longer(_debounce, SaveCadence.LargeStoreDelay) : _debounce));
    }

    private static TimeSpan Longer(TimeSpan one, TimeSpan other) => one > other ? one : other;

    private TimeSpan Rest => _timeProvider.GetElapsedTime(_timeProvider.GetTimestamp(), Volatile.Read(ref _restUntil));

    /// <summary>What the journal has taken since the newest snapshot was begun.</summary>
    private long Growth => _journal!.AppendedBytes - _checkpointer!.JournalBytesAtSave;

    private bool IsLarge => _journal is not null && (_checkpointer!.Latest?.SizeBytes ?? Growth) >= _cadence.LargeStore;

    /// <summary>The next commit looks at the journal, however little it adds.</summary>
    private void LookAtJournalSoon() => Volatile.Write(ref _lookAtBytes, 0);

    /// <summary>The journal has grown: perhaps enough for a save before its time.</summary>
    private void LookAtJournal()
    {
        var growth = Growth;
        var step = _settings.MaxJournalBytes / LooksPerJournal;
        var enough = _cadence.GrowthBehind(_checkpointer!.Latest?.SizeBytes ?? 0);

        // Not behind the growth that is waited for.
        Volatile.Write(ref _lookAtBytes, _journal!.AppendedBytes + (growth < enough ? Math.Min(step, enough - growth) : step));
        if (_journal.IsNearlyFull && growth > step)
        {
            // The limit comes before the rest between two saves.
            if (Interlocked.Exchange(ref _isForced, 1) == 0)
            {
                QueueSave();
            }
        }
        else if (_saveTimer is not null && IsLarge && growth >= enough && Volatile.Read(ref _failures) == 0)
        {
            ArmIn(Longer(Rest, TimeSpan.Zero));
        }
    }

    private void ArmIn(TimeSpan delay)
    {
        if (!_isDisposed)
        {
            _saveTimer?.Change(delay, Timeout.InfiniteTimeSpan);
        }
    }

    private void QueueSweep()
    {
        if (Interlocked.Exchange(ref _isSweeping, 1) == 0)
        {
            _scheduler.Queue(Sweep);
        }
    }

    private void Save()
    {
        if (_isDisposed)
        {
            return;
        }

        // Before the capture: a commit that comes after it must find no save due, and ask for the next one.
        // Exchanged, not written: what is read next must not be read before it.
        Interlocked.Exchange(ref _due, _saveTimer is null ? DueForChange : NotDue);
        var reason = Interlocked.Exchange(ref _isForced, 0) != 0 || _journal?.Flushes.Fault is not null ? KvSaveReason.Journal : KvSaveReason.Timer;
        if (!_checkpointer!.IsDirty)
        {
            return;
        }

        var started = _timeProvider.GetTimestamp();
        try
        {
            _checkpointer.Save(BackgroundWorkers, reason, CancellationToken.None);
            Volatile.Write(ref _failures, 0);
            var ended = _timeProvider.GetTimestamp();
            Volatile.Write(ref _restUntil, ended + ((ended - started) * RestPerWork));
        }
        catch (ObjectDisposedException) when (_isDisposed)
        {
            // Disposal came first, and saves by itself.
        }
        catch (Exception exception)
        {
            var failures = Interlocked.Increment(ref _failures);
            var retryAfter = FirstBackOff * (1 << Math.Min(failures - 1, MostBackOffSteps));
            _logger.SnapshotSaveFailed(exception, failures, retryAfter);
            Volatile.Write(ref _due, DueForChange);
            ArmIn(retryAfter);
        }
    }

    /// <summary>One core fewer than there are, so that readers keep one: two busy cores of two double their slowest answers.</summary>
    private static int BackgroundWorkers => Math.Max(1, Environment.ProcessorCount - 1);

    private void Sweep()
    {
        try
        {
            _sweeper.Sweep();
        }
        catch (ObjectDisposedException)
        {
            // The store was closed meanwhile: there is nothing left to sweep.
        }
        catch (Exception exception)
        {
            _logger.SweepFailed(exception);
        }
        finally
        {
            Volatile.Write(ref _isSweeping, 0);
        }
    }
}
