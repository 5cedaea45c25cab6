namespace SnapshotKv.Extensions.Configuration;

/// <summary>Follows the entries under a prefix of a store, and hands over whole sets of them.</summary>
/// <remarks>
/// <para>Thread-safe. Sets are handed over on the threads of the store and of the clock, possibly at the same time and not in their order.</para>
/// <para>When the store throws it is tried again, later each time, until it works or is closed.</para>
/// </remarks>
internal sealed class ConfigurationFeed : IDisposable
{
    private const int MostBackOffSteps = 6;
    private static readonly TimeSpan FirstBackOff = TimeSpan.FromSeconds(1);

    private readonly string _prefix;
    private readonly SnapshotKvReloadMode _mode;
    private readonly TimeSpan _debounce;
    private readonly IDisposable? _handle;
    private readonly IConfigurationFeedTarget _target;
    private readonly CommitWatcher _commits;
    private readonly Debouncer _due;
    private IDisposable? _snapshots;
    private long _readings;
    private int _failures;
    private volatile bool _mustRegister;
    private volatile bool _isDisposed;

    /// <param name="store">The store.</param>
    /// <param name="handle">Disposed with the feed; null when the store is somebody else's.</param>
    /// <param name="source">What is followed, and when.</param>
    /// <param name="clock">The clock that the debounce goes by.</param>
    /// <param name="target">Takes what comes.</param>
    public ConfigurationFeed(IKvStore store, IDisposable? handle, SnapshotKvConfigurationSource source, Func<TimeProvider> clock, IConfigurationFeedTarget target)
    {
        Store = store;
        _handle = handle;
        _prefix = source.Prefix;
        _mode = source.ReloadOn;
        _debounce = source.ReloadDebounce;
        _target = target;
        _commits = new CommitWatcher(store, _prefix, () => _due!.Signal(_debounce), OnWatchFailed);
        _due = new Debouncer(clock, OnDue);
        FollowsSnapshots = _mode == SnapshotKvReloadMode.Snapshot && store is IKvSnapshots and not KvStore { IsMemoryOnly: true } && IsWritable;
    }

    public IKvStore Store { get; }

    /// <summary>Whether sets come from saved snapshots, instead of from what is in memory.</summary>
    public bool FollowsSnapshots { get; }

    /// <summary>Whether anything can be written to the store: not to one that follows another, and has nothing but what is in that one's files already.</summary>
    public bool IsWritable => !Store.IsReadOnly;

    public bool IsFollowing => _mode != SnapshotKvReloadMode.Never;

    /// <summary>Begins to follow.</summary>
    /// <exception cref="Exception">What the store throws.</exception>
    public void Follow()
    {
        if (!IsFollowing)
        {
            return;
        }

        if (FollowsSnapshots)
        {
            _snapshots = ((IKvSnapshots)Store).WatchSnapshots(_prefix, contents => _target.Offer(new(contents.Version, contents.Format, contents.Entries)));
        }

        _commits.Register();
    }

    /// <summary>The entries as they are in memory.</summary>
    /// <exception cref="Exception">What the store throws.</exception>
    public ConfigurationEntries Read()
    {
        // Counted before it is read. When a set that was read later is counted earlier it is passed over, and what changed between the two tells of itself.
        var order = Interlocked.Increment(ref _readings);
        var entries = ConfigurationReader.Read(Store, _prefix);
        return IsWritable ? entries : entries with { Order = order };
    }

    public void Dispose()
    {
        _isDisposed = true;
        _commits.Dispose();
        _due.Dispose();
        _snapshots?.Dispose();
        _handle?.Dispose();
    }

    private void OnWatchFailed(Exception exception)
    {
        _mustRegister = true;
        OnFailed(exception);
    }

    private void OnDue()
    {
        try
        {
            if (_mustRegister)
            {
                _commits.Register();
                _mustRegister = false;
            }

            if (!FollowsSnapshots)
            {
                _target.Offer(Read());
                _failures = 0;
                return;
            }
        }
        catch (Exception exception)
        {
            OnFailed(exception);
            return;
        }

        _ = SaveAsync();
    }

    /// <summary>Asks for the snapshot whose contents are then handed over.</summary>
    private async Task SaveAsync()
    {
        try
        {
            var snapshot = await ((IKvSnapshots)Store).SaveAsync(CancellationToken.None).ConfigureAwait(false);
            if (snapshot is null)
            {
                // Another kind of store that lives in memory only.
                _target.Offer(Read());
            }

            _failures = 0;
        }
        catch (Exception exception)
        {
            OnFailed(exception);
        }
    }

    private void OnFailed(Exception exception)
    {
        if (_isDisposed)
        {
            return;
        }

        if (exception is ObjectDisposedException)
        {
            _target.OnClosed();
            return;
        }

        var retryAfter = FirstBackOff * (1 << Math.Min(_failures++, MostBackOffSteps));
        _target.OnFailed(exception, retryAfter);
        _due.Signal(retryAfter);
    }
}
