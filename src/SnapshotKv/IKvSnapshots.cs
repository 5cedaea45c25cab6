namespace SnapshotKv;

/// <summary>A store that is kept by snapshots.</summary>
/// <remarks>Thread-safe.</remarks>
public interface IKvSnapshots
{
    /// <summary>Returns when a snapshot is on disk that holds everything written before the call. With nothing new no file is written.</summary>
    /// <returns>The snapshot; null in memory-only mode.</returns>
    /// <remarks>Uses all cores. Reads and writes go on meanwhile. Calls made at the same time share a snapshot.</remarks>
    /// <exception cref="KvStoreUnavailableException">The disk refused; memory and the earlier snapshots are untouched.</exception>
    /// <exception cref="KvStoreLockedException">The directory was removed under the open store, and another process has one of that name open now.</exception>
    SnapshotInfo? Save();

    /// <summary>Completes when a snapshot is on disk that holds everything written before the call. With nothing new no file is written.</summary>
    /// <param name="cancellationToken">Gives up a save that is not finished, which leaves no trace.</param>
    /// <returns>The snapshot; null in memory-only mode.</returns>
    /// <inheritdoc cref="Save"/>
    Task<SnapshotInfo?> SaveAsync(CancellationToken cancellationToken = default);

    /// <summary>The snapshots in the store's directory, newest first.</summary>
    /// <returns>The snapshots; none in memory-only mode.</returns>
    /// <exception cref="KvStoreUnavailableException">The directory cannot be read.</exception>
    IReadOnlyList<SnapshotInfo> ListSnapshots();

    /// <summary>Hands over what each snapshot saved from now on holds under a prefix.</summary>
    /// <param name="prefix">The prefix; empty for all.</param>
    /// <param name="saved">
    /// Called once for each snapshot that was saved, on the thread that saved it, after the snapshot is on disk and outside all locks of the store, which it
    /// may use. Two that are saved shortly after one another may be told at the same time, or the later one first: compare
    /// <see cref="KvSnapshotContents.Version"/>. What it throws is logged and concerns nobody else.
    /// </param>
    /// <returns>Ends it when disposed; it also ends with the store, whose last save is not told.</returns>
    /// <remarks>While somebody watches, each save compares all keys with the prefix and copies the values that match. Memory-only stores save nothing.</remarks>
    /// <exception cref="ArgumentNullException">An argument is null.</exception>
    IDisposable WatchSnapshots(string prefix, Action<KvSnapshotContents> saved);
}
