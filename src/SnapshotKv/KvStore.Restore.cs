using SnapshotKv.Engine;

namespace SnapshotKv;

/// <content>Going back to a snapshot.</content>
public sealed partial class KvStore
{
    /// <inheritdoc/>
    public KvRestoreResult Restore(string snapshot, string prefix = "") => Restorer(snapshot, prefix).Restore(snapshot, prefix, CancellationToken.None);

    /// <inheritdoc/>
    public Task<KvRestoreResult> RestoreAsync(string snapshot, string prefix = "", CancellationToken cancellationToken = default)
    {
        var restorer = Restorer(snapshot, prefix);
        cancellationToken.ThrowIfCancellationRequested();
        return restorer.RestoreAsync(snapshot, prefix, cancellationToken);
    }

    private SnapshotRestorer Restorer(string snapshot, string prefix)
    {
        ArgumentException.ThrowIfNullOrEmpty(snapshot);
        ArgumentNullException.ThrowIfNull(prefix);
        RecordBuilder.KeyBytes(KvKeyPrefix.None, prefix);
        Engine.ThrowIfNotWritable();
        Archive();
        return _store.Restorer!;
    }
}
