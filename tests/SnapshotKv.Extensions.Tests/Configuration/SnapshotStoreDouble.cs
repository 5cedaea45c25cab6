using System.Buffers;

namespace SnapshotKv.Extensions.Tests.Configuration;

/// <summary>A store that keeps snapshots, which are told when the test saves, on its thread.</summary>
internal sealed class SnapshotStoreDouble(KvFormat format = KvFormat.MessagePack) : StoreDouble(format), IKvSnapshots
{
    private readonly List<(string Prefix, Action<KvSnapshotContents> Saved)> _watchers = [];

    public int Saves { get; private set; }

    public int Watchers => _watchers.Count;

    public SnapshotInfo? Save()
    {
        Checked(nameof(Save));
        var snapshot = new SnapshotInfo($"data-{++Saves}", 1, new DateTime(2026, 1, 1), Saves);
        foreach (var (prefix, saved) in _watchers.ToList())
        {
            saved(Capture(prefix, snapshot));
        }

        return snapshot;
    }

    public Task<SnapshotInfo?> SaveAsync(CancellationToken cancellationToken = default) => Task.FromResult(Save());

    public IReadOnlyList<SnapshotInfo> ListSnapshots() => [];

    public KvSnapshotView OpenSnapshot(string snapshot) => throw new KvSnapshotException($"There is no snapshot '{snapshot}'.");

    public Task<KvSnapshotView> OpenSnapshotAsync(string snapshot, CancellationToken cancellationToken = default) => Task.FromException<KvSnapshotView>(new KvSnapshotException(snapshot));

    public IEnumerable<KvDifference> Compare(string from, string? to = null, string prefix = "") => throw new KvSnapshotException($"There is no snapshot '{from}'.");

    public SnapshotInfo Pin(string snapshot, string name) => throw new NotSupportedException();

    public bool Unpin(string name) => throw new NotSupportedException();

    public KvRestoreResult Restore(string snapshot, string prefix = "") => throw new NotSupportedException();

    public Task<KvRestoreResult> RestoreAsync(string snapshot, string prefix = "", CancellationToken cancellationToken = default) => Task.FromException<KvRestoreResult>(new NotSupportedException());

    public void Protect(string prefix)
    {
    }

    public IDisposable WatchSnapshots(string prefix, Action<KvSnapshotContents> saved)
    {
        Checked(nameof(WatchSnapshots));
        var watcher = (prefix, saved);
        _watchers.Add(watcher);
        return new Subscription(() => _watchers.Remove(watcher));
    }

    /// <summary>What a snapshot would hold now.</summary>
    public KvSnapshotContents Capture(string prefix, SnapshotInfo? snapshot = null)
    {
        var entries = new Dictionary<string, ReadOnlyMemory<byte>>();
        foreach (var key in Inner.GetKeys(prefix))
        {
            var buffer = new ArrayBufferWriter<byte>();
            Inner.TryReadEncoded(key, buffer, out _);
            entries[key] = buffer.WrittenMemory;
        }

        return new()
        {
            Snapshot = snapshot ?? new SnapshotInfo("data", 1, new DateTime(2026, 1, 1), 0),
            Version = Inner.TryCommit(new KvBatch()).Version,
            Format = Format,
            Entries = entries,
        };
    }

    /// <summary>Tells of a snapshot that was captured before.</summary>
    public void Tell(KvSnapshotContents contents) => _watchers.ForEach(watcher => watcher.Saved(contents));

    private sealed class Subscription(Action end) : IDisposable
    {
        public void Dispose() => end();
    }
}
