using System.Diagnostics.CodeAnalysis;
using Microsoft.Extensions.Logging;
using SnapshotKv.Diagnostics;

namespace SnapshotKv.Engine;

/// <summary>Those who want to know what each saved snapshot holds under a prefix.</summary>
/// <remarks>Thread-safe. Costs nothing while there are none.</remarks>
internal sealed class SnapshotWatchers(ILogger logger)
{
    private readonly Lock _lock = new();
    private Watcher[] _watchers = [];

    /// <summary>A watcher begins.</summary>
    /// <param name="owner">With whom it ends.</param>
    /// <param name="prefix">What it watches.</param>
    /// <param name="saved">What is called.</param>
    public IDisposable Add(object owner, byte[] prefix, Action<KvSnapshotContents> saved)
    {
        var watcher = new Watcher(this, owner, prefix, saved);
        lock (_lock)
        {
            Volatile.Write(ref _watchers, [.. _watchers, watcher]);
        }

        return watcher;
    }

    /// <summary>Begins to gather what those who watch at this moment are to be told of a snapshot.</summary>
    /// <returns>Is shown its entries; null when nobody watches.</returns>
    public SnapshotTelling? Begin()
    {
        var watchers = Volatile.Read(ref _watchers);
        return watchers.Length == 0 ? null : new(Array.ConvertAll(watchers, static watcher => watcher.Prefix), contents => Tell(watchers, contents));
    }

    [SuppressMessage("Design", "CA1031:Do not catch general exception types", Justification = "What a watcher's callback throws concerns neither the save nor the other watchers.")]
    private void Tell(Watcher[] watchers, KvSnapshotContents[] contents)
    {
        for (var i = 0; i < watchers.Length; i++)
        {
            try
            {
                watchers[i].Tell(contents[i]);
            }
            catch (Exception exception)
            {
                logger.WatcherFailed(exception);
            }
        }
    }

    /// <summary>Ends all watchers of an owner.</summary>
    public void Remove(object owner)
    {
        foreach (var watcher in Volatile.Read(ref _watchers))
        {
            if (watcher.Owner == owner)
            {
                watcher.Dispose();
            }
        }
    }

    private void Remove(Watcher watcher)
    {
        lock (_lock)
        {
            Volatile.Write(ref _watchers, Array.FindAll(_watchers, other => other != watcher));
        }
    }

    private sealed class Watcher(SnapshotWatchers watchers, object owner, byte[] prefix, Action<KvSnapshotContents> saved) : IDisposable
    {
        private volatile bool _isDisposed;

        public object Owner => owner;

        public byte[] Prefix => prefix;

        public void Tell(KvSnapshotContents contents)
        {
            if (!_isDisposed)
            {
                saved(contents);
            }
        }

        public void Dispose()
        {
            _isDisposed = true;
            watchers.Remove(this);
        }
    }
}
