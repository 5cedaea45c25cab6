namespace SnapshotKv;

/// <summary>A store that is kept by snapshots.</summary>
/// <remarks>Thread-safe.</remarks>
public interface IKvSnapshots
{
    /// <summary>Returns when a snapshot is on disk that holds everything written before the call. With nothing new no file is written.</summary>
    /// <returns>The snapshot; null in memory-only mode.</returns>
    /// <remarks>With gzip it uses all cores, else two. Reads and writes go on meanwhile. Calls made at the same time share a snapshot.</remarks>
    /// <exception cref="KvStoreUnavailableException">The disk refused; memory and the earlier snapshots are untouched.</exception>
    /// <exception cref="KvStoreLockedException">The directory was removed under the open store, and another process has one of that name open now.</exception>
    SnapshotInfo? Save();

    /// <summary>Completes when a snapshot is on disk that holds everything written before the call. With nothing new no file is written.</summary>
    /// <param name="cancellationToken">Gives up a save that is waiting or that is not through with the entries, which leaves no trace.</param>
    /// <returns>The snapshot; null in memory-only mode.</returns>
    /// <inheritdoc cref="Save"/>
    Task<SnapshotInfo?> SaveAsync(CancellationToken cancellationToken = default);

    /// <summary>The snapshots in the store's directory, newest first, with what each says of itself at its beginning, and the names that it is pinned by.</summary>
    /// <returns>The snapshots; none in memory-only mode. One that is damaged is among them: see <see cref="SnapshotInfo.Problem"/>.</returns>
    /// <remarks>Reads the directory, and some KiB of each snapshot that was not looked at before; no lock of the store is taken.</remarks>
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
    /// entries. Compared as it is now, the store goes on meanwhile: its writers wait for some tens of microseconds at a time.
    /// </remarks>
    /// <inheritdoc cref="OpenSnapshot"/>
    IEnumerable<KvDifference> Compare(string from, string? to = null, string prefix = "");

    /// <summary>Gives a snapshot a name by which it is kept: retention leaves it alone, and with it the blobs it refers to, until <see cref="Unpin"/>.</summary>
    /// <param name="snapshot">The name of its file, or one that it is pinned by already.</param>
    /// <param name="name">
    /// 1 to 100 of the characters A-Z, a-z, 0-9, '.', '_' and '-', not beginning with a dot, and not the name of a snapshot's file. One snapshot may have several names; when it has this one already,
    /// nothing happens.
    /// </param>
    /// <returns>The snapshot.</returns>
    /// <remarks>
    /// Writes and flushes one small file; when it returns, the name is on the device. At most 1,000 names. Pinned snapshots do not count among <see cref="SnapshotKvOptions.MaxSnapshots"/>. Go's program knows no
    /// names, and deletes snapshots by their age alone.
    /// </remarks>
    /// <exception cref="ArgumentException">A name is null or empty, or cannot be one.</exception>
    /// <exception cref="KvSnapshotException">There is no such snapshot, another one has the name, or there are too many names.</exception>
    /// <exception cref="KvStoreUnavailableException">The disk refused it; nothing has changed.</exception>
    /// <exception cref="KvStoreLockedException">The directory was removed under the open store, and another process has one of that name open now.</exception>
    /// <exception cref="NotSupportedException">The store is memory-only.</exception>
    SnapshotInfo Pin(string snapshot, string name);

    /// <summary>Takes a name away from a snapshot. With the last of its names it is deleted when its age says so, at the next save.</summary>
    /// <param name="name">The name.</param>
    /// <returns>False when nothing is pinned by it.</returns>
    /// <exception cref="ArgumentException">The name is null or empty.</exception>
    /// <exception cref="KvStoreUnavailableException">The disk refused it; nothing has changed.</exception>
    /// <exception cref="KvStoreLockedException">The directory was removed under the open store, and another process has one of that name open now.</exception>
    /// <exception cref="NotSupportedException">The store is memory-only.</exception>
    bool Unpin(string name);

    /// <summary>
    /// Says that keys under a prefix are never rolled back: no restore, by whomever, touches them from now on. It is for what must not come back, as a session that was signed out or a key that was revoked.
    /// </summary>
    /// <param name="prefix">The prefix. What begins with it, or is covered by one that was given before, is protected already.</param>
    /// <remarks>
    /// Counts at once, and is kept with the store's files, so that it holds for whoever opens them later, too; a disk that refuses that just now is logged, and it is tried again. There is no way to take it back but
    /// with the store closed (docs/formats/history.md). At most 1,000 prefixes, of together 256 KiB. In a memory-only store, where nothing can be restored, it does nothing.
    /// </remarks>
    /// <exception cref="ArgumentException">The prefix is null, or no key can begin with it.</exception>
    /// <exception cref="KvSnapshotException">There are too many prefixes.</exception>
    void Protect(string prefix);

    /// <summary>
    /// Makes the entries under a prefix what a snapshot has there, as one commit: what it has comes back, and what it has not is gone. What there was before is saved and pinned first, and restoring that undoes it.
    /// </summary>
    /// <param name="snapshot">The name of the snapshot's file, or one that it is pinned by.</param>
    /// <param name="prefix">What the keys begin with; empty for all, keys included that are not UTF-8.</param>
    /// <returns>What was done.</returns>
    /// <remarks>
    /// <para>Reads and writes go on meanwhile: a read finds each key as it was or as it is restored, and writes outside of the prefix are all kept; writes under it count until the commit, which comes in their order. Transactions
    /// that are open then end in <see cref="KvConflictException"/>, and so do commits under the condition of a version that was read before. Each watcher of the prefix, or of anything inside or around it, is told one
    /// <see cref="KvChangeKind.Reset"/>.</para>
    /// <para>Entries come back with value, expiry, tags and blob, and all with the version of the restore. What has expired by now does not. Prefixes that are protected (<see cref="Protect"/>) stay as they are. A snapshot of the other format is converted.</para>
    /// <para>Takes the time of reading the snapshot and of two saves, and the memory of both states; writers wait for tens of microseconds now and then, and for about a millisecond at the commit. One restore runs at a time, and others wait. When it returns, the commit is as safe as any
    /// other is at <see cref="SnapshotKvOptions.Durability"/>, and a snapshot of it was saved, unless the disk refused that (<see cref="KvRestoreResult.Saved"/>).</para>
    /// </remarks>
    /// <exception cref="ArgumentException">A name is null or empty, or no key can begin with the prefix.</exception>
    /// <exception cref="KvSnapshotException">There is no such snapshot, or all that is to be restored is protected; nothing was changed.</exception>
    /// <exception cref="KvStoreCorruptedException">The snapshot is damaged; nothing was changed.</exception>
    /// <exception cref="KvSerializationException">Its values have no form in the store's format, or are of another serializer than the one that writes there now; nothing was changed.</exception>
    /// <exception cref="KvStoreUnavailableException">The disk refused something before the commit; nothing was changed.</exception>
    /// <exception cref="KvStoreLockedException">The directory was removed under the open store, and another process has one of that name open now; nothing was changed.</exception>
    /// <exception cref="KvStoreFaultedException">The device has failed; whether the restore is there after a restart cannot be told.</exception>
    /// <exception cref="NotSupportedException">The store is memory-only, or can only be read.</exception>
    KvRestoreResult Restore(string snapshot, string prefix = "");

    /// <inheritdoc cref="Restore"/>
    /// <param name="snapshot">The name of the snapshot's file, or one that it is pinned by.</param>
    /// <param name="prefix">What the keys begin with; empty for all, keys included that are not UTF-8.</param>
    /// <param name="cancellationToken">Gives it up while it waits for another restore, reads or saves: nothing is changed then. Once it is being committed it is not looked at any more.</param>
    Task<KvRestoreResult> RestoreAsync(string snapshot, string prefix = "", CancellationToken cancellationToken = default);

    /// <summary>Hands over what each snapshot of a state from now on holds under a prefix.</summary>
    /// <param name="prefix">The prefix; empty for all.</param>
    /// <param name="saved">
    /// Called once for each snapshot, on the thread that saved it, after the snapshot is on disk and outside all locks of the store, which it
    /// may use. Two that are saved shortly after one another may be told at the same time, or the later one first: compare
    /// <see cref="KvSnapshotContents.Version"/>. What it throws is logged and concerns nobody else.
    /// </param>
    /// <returns>Ends it when disposed; it also ends with the store, whose last save is not told.</returns>
    /// <remarks>
    /// <para>One that is being written at the moment of the call, of a state before it, is not told of, even when somebody else's <see cref="Save"/> shares it. Who reads the store after the call misses nothing: whatever changes later is in a snapshot that is told.</para>
    /// <para>While somebody watches, each save compares all keys with the prefix and copies the values that match. Memory-only stores save nothing. A follower tells of its owner's snapshots: of the
    /// newest that it finds, one after the other, on a thread of the pool; one that it is reading at the moment of the call may be told of or not.</para>
    /// </remarks>
    /// <exception cref="ArgumentNullException">An argument is null.</exception>
    IDisposable WatchSnapshots(string prefix, Action<KvSnapshotContents> saved);
}
