using System.Diagnostics.CodeAnalysis;
using System.Text;
using Microsoft.Extensions.Logging;
using SnapshotKv.Diagnostics;
using SnapshotKv.Format;

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

    /// <summary>What all prefixes that are watched begin with; null when nobody watches.</summary>
    public byte[]? CommonPrefix
    {
        get
        {
            var watchers = Volatile.Read(ref _watchers);
            return watchers.Length == 0 ? null
                : watchers.Select(static watcher => watcher.Prefix).Aggregate(static (common, prefix) => common[..common.AsSpan().CommonPrefixLength(prefix)]);
        }
    }

    /// <summary>Copies what the watchers are to be told of a snapshot, which is done while its records are at hand.</summary>
    /// <returns>What tells them, once no lock is held; null when nobody watches.</returns>
    public Action? Prepare(SnapshotInfo snapshot, ulong sequence, KvFormat format, ReadOnlySpan<Record> records)
    {
        var watchers = Volatile.Read(ref _watchers);
        if (watchers.Length == 0)
        {
            return null;
        }

        var contents = new KvSnapshotContents[watchers.Length];
        for (var i = 0; i < watchers.Length; i++)
        {
            contents[i] = new KvSnapshotContents
            {
                Snapshot = snapshot,
                Version = (long)sequence,
                Format = format,
                Entries = EntriesUnder(watchers[i].Prefix, records),
            };
        }

        return () => Tell(watchers, contents);
    }

    private static Dictionary<string, ReadOnlyMemory<byte>> EntriesUnder(byte[] prefix, ReadOnlySpan<Record> records)
    {
        var entries = new Dictionary<string, ReadOnlyMemory<byte>>(StringComparer.Ordinal);
        foreach (var record in records)
        {
            // Keys that no string reaches are in the snapshot, but nobody could ask for them.
            if (record.Key.StartsWith(prefix) && (record.Flags & RecordFlags.OpaqueKey) == 0)
            {
                entries[Encoding.UTF8.GetString(record.Key)] = record.Value.ToArray();
            }
        }

        return entries;
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
