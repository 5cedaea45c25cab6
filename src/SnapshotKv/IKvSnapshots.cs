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

    /// <summary>Opens a snapshot to be read as any store is, beside the live one and without touching it.</summary>
    /// <param name="snapshot">The name of its file (<see cref="SnapshotInfo.FileName"/>), or a name that it is pinned by.</param>
    /// <returns>The view, to be disposed. It keeps the snapshot's entries in memory, and outlives the store.</returns>
    /// <remarks>Reads and checks the whole file: about a second for a million entries. No lock of the store is taken.</remarks>
    /// <exception cref="ArgumentException">The name is null or empty.</exception>
    /// <exception cref="KvSnapshotException">There is no such snapshot, or it has been deleted since.</exception>
    /// <exception cref="KvStoreCorruptedException">The file is damaged, is none that can be read here, or is larger than <see cref="SnapshotKvOptions.MaxSnapshotBytes"/>.</exception>
    /// <exception cref="KvStoreUnavailableException">The disk refused it.</exception>
    /// <exception cref="NotSupportedException">The store is memory-only.</exception>
    KvSnapshotView OpenSnapshot(string snapshot);

    /// <inheritdoc cref="OpenSnapshot"/>
    /// <param name="snapshot">The name of its file (<see cref="SnapshotInfo.FileName"/>), or a name that it is pinned by.</param>
    /// <param name="cancellationToken">Gives up the reading.</param>
    Task<KvSnapshotView> OpenSnapshotAsync(string snapshot, CancellationToken cancellationToken = default);

    /// <summary>Tells which keys are not the same in two snapshots, or in a snapshot and the store as it is now.</summary>
    /// <param name="from">The first: the name of its file, or a name that it is pinned by.</param>
    /// <param name="to">The second; null for the store as it is at the moment of the call.</param>
    /// <param name="prefix">Only keys that begin with this; empty for all.</param>
    /// <returns>
    /// The differences in the order of the keys' UTF-8 bytes, each made when it is asked for. Each state is as it was at its own time: an entry that expired between the two was removed.
    /// Keys that are not UTF-8 are left out. Values of snapshots in different formats are compared after they have been converted.
    /// </returns>
    /// <remarks>
    /// Reads both files when it is called, before the first difference is asked for, and keeps the entries under the prefix of both in memory for as long as the result is held. About two seconds for a million
    /// entries. No lock of the store is taken, but for a millisecond when it is compared as it is now.
    /// </remarks>
    /// <inheritdoc cref="OpenSnapshot"/>
    IEnumerable<KvDifference> Compare(string from, string? to = null, string prefix = "");

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
