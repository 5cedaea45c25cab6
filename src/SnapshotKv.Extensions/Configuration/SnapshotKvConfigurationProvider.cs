using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging;

namespace SnapshotKv.Extensions.Configuration;

/// <summary>
/// Serves the keys under a prefix of a store as configuration, and publishes a new set, whole, when they changed. Made by <see cref="SnapshotKvConfigurationSource"/>.
/// </summary>
/// <remarks>
/// <para>Thread-safe. Readers take no lock: they see the set of before or the one of after, never parts of both.</para>
/// <para>Disposed with the configuration root; that ends the following and lets go of the store, which stays open while others use it.</para>
/// </remarks>
public sealed partial class SnapshotKvConfigurationProvider : ConfigurationProvider, IDisposable
{
    private readonly SnapshotKvConfigurationSource _source;
    private readonly string? _contentRoot;
    private readonly DeferredLogger _logger = new(typeof(SnapshotKvConfigurationProvider).FullName!);
    private readonly Lock _opening = new();
    private volatile TimeProvider _timeProvider;
    private volatile ConfigurationFeed? _feed;
    private LastGoodSet? _lastGood;
    private volatile string _storeName;
    private volatile bool _isDisposed;

    internal SnapshotKvConfigurationProvider(SnapshotKvConfigurationSource source, string? contentRoot)
    {
        _source = source;
        _contentRoot = contentRoot;
        _timeProvider = source.TimeProvider ?? TimeProvider.System;
        _storeName = source.Store is { } store ? Describe(store) : source.Path is { } path ? $"store '{path}'" : "no store";
        if (source.LoggerFactory is { } factory)
        {
            _logger.Bind(factory);
        }
    }

    internal string Prefix => _source.Prefix;

    /// <summary>The directory of the store; null where it has none.</summary>
    internal string? StorePath => (_feed?.Store as KvStore)?.DirectoryPath;

    /// <summary>The clock of the debounce.</summary>
    internal TimeProvider TimeProvider => _timeProvider;

    internal IEnumerable<string> MaskedKeys => _source.MaskedKeys;

    /// <summary>Opens the store and reads the configuration; later, looks at it again.</summary>
    /// <remarks>
    /// Reads a local directory, synchronously. The first call takes a set that cannot be used as an error, unless a last good one was kept; a later one keeps what there is and
    /// reports. It never raises the reload token: whoever calls it raises the root's.
    /// </remarks>
    /// <exception cref="InvalidOperationException">The first call: no path of a store is known, and the source is not optional.</exception>
    /// <exception cref="SnapshotKvConfigurationException">The first call: keys differ only in case, or values are bytes.</exception>
    /// <exception cref="SnapshotKvConfigurationRefusedException">The first call: the validation refused the set, and no good one was kept.</exception>
    /// <exception cref="KvStoreException">The first call: the directory is in use, cannot be written, or holds nothing that can be read.</exception>
    /// <exception cref="ObjectDisposedException">The provider was disposed.</exception>
    public override void Load()
    {
        ConfigurationFeed feed;
        lock (_opening)
        {
            ObjectDisposedException.ThrowIf(_isDisposed, this);
            if (_feed is null)
            {
                Open();
                return;
            }

            feed = _feed;
        }

        LoadAgain(feed);
    }

    /// <summary>Overrides a value in memory, until the next set is published or the configuration is reloaded. Nothing is written to the store: writing is <see cref="ISnapshotKvConfigurationWriter"/>'s.</summary>
    /// <param name="key">The key.</param>
    /// <param name="value">The value.</param>
    public override void Set(string key, string? value)
    {
        lock (_publishing)
        {
            // A copy: readers are in the old one, and what was published must stay as it was.
            Data = new Dictionary<string, string?>(Data, StringComparer.OrdinalIgnoreCase) { [key] = value };
        }
    }

    /// <summary>Names the store and the prefix, never a value.</summary>
    public override string ToString() => $"{nameof(SnapshotKvConfigurationProvider)} ({_storeName}, prefix '{Prefix}')";

    /// <summary>Ends the following, and lets go of the store. What was published can still be read. Once more does nothing.</summary>
    public void Dispose()
    {
        lock (_opening)
        {
            _isDisposed = true;
        }

        ReleaseWaiters();
        Interlocked.Exchange(ref _feed, null)?.Dispose();
    }

    /// <summary>Gives what only a container has: the application's logging and clock.</summary>
    internal void Attach(ILoggerFactory? loggerFactory, TimeProvider? timeProvider)
    {
        if (loggerFactory is not null)
        {
            _logger.Bind(loggerFactory);
        }

        if (timeProvider is not null && _source.TimeProvider is null)
        {
            _timeProvider = timeProvider;
        }
    }

    /// <summary>Whether this serves what is written under a prefix of a store, as soon as it is committed. One that follows the store's directory comes later, and nobody is to wait for it.</summary>
    internal bool Serves(IKvStore store, string prefix) =>
        prefix == Prefix
        && _feed is { IsWritable: true } feed
        && (ReferenceEquals(feed.Store, store)
            || (feed.Store is KvStore { DirectoryPath: { } own } && store is KvStore { DirectoryPath: { } other } && own == other));

    /// <summary>What the validation has against a set; null when it may be published.</summary>
    internal SnapshotKvConfigurationRefusedException? Judge(IReadOnlyDictionary<string, string?> data) => ConfigurationGate.Ask(Prefix, [.. _source.Validators], data);

    private void Open()
    {
        if (Connect() is not { } feed)
        {
            return;
        }

        try
        {
            ConfigurationKeys.ProtectBookkeeping(feed.Store);
            _lastGood = new LastGoodSet(feed.Store, Prefix, feed.IsWritable);
            feed.Follow();
            PublishFirst(feed.Read());
            _feed = feed;
        }
        catch
        {
            feed.Dispose();
            throw;
        }
    }

    private ConfigurationFeed? Connect()
    {
        if (_source.Store is { } store)
        {
            return new ConfigurationFeed(store, handle: null, _source, () => _timeProvider, new FeedTarget(this));
        }

        if (_source.GetStoreOptions(_contentRoot) is { } options)
        {
            _storeName = $"store '{options.Path}'";
            var handle = KvStore.OpenShared(options, "configuration");
            _storeName = Describe(handle);
            return new ConfigurationFeed(handle, handle, _source, () => _timeProvider, new FeedTarget(this));
        }

        return _source.Optional
            ? null
            : throw new InvalidOperationException(
                $"{this} has no store: set '{_source.SectionName}:Path' in a source before it, or give the path by AddSnapshotKv(path). A configuration that can do without is Optional.");
    }

    private static string Describe(IKvStore store) => store is KvStore { DirectoryPath: { } path } ? $"store '{path}'" : $"store {store.GetType().Name}";
}
