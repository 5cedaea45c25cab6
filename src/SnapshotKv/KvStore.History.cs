using SnapshotKv.Snapshots;

namespace SnapshotKv;

/// <content>Which snapshots are kept, and what no restore rolls back.</content>
public sealed partial class KvStore
{
    /// <inheritdoc/>
    public IReadOnlyList<SnapshotInfo> ListSnapshots()
    {
        Engine.ThrowIfClosed();
        return _store.Archive?.List() ?? [];
    }

    /// <inheritdoc/>
    public SnapshotInfo Pin(string snapshot, string name)
    {
        ArgumentException.ThrowIfNullOrEmpty(snapshot);
        PinName.ThrowIfInvalid(name);
        var file = History().Pin(snapshot, name);
        return _store.Archive!.Describe(file);
    }

    /// <inheritdoc/>
    public bool Unpin(string name)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        return History().Unpin(name);
    }

    /// <inheritdoc/>
    public void Protect(string prefix)
    {
        ArgumentNullException.ThrowIfNull(prefix);
        Engine.ThrowIfClosed();

        // What no key can begin with is refused as a key is.
        RecordBuilder.KeyBytes(KvKeyPrefix.None, prefix);
        _store.Directory?.History.Protect(prefix);
    }

    /// <exception cref="NotSupportedException">The store is memory-only, or follows another.</exception>
    private SnapshotHistory History()
    {
        Archive();
        Engine.ThrowIfNotWritable();
        return _store.Directory!.History;
    }
}
