namespace SnapshotKv.Extensions.Configuration;

/// <summary>
/// Writes the configuration that a store holds. Each write is one commit and one revision: who made it, why, and what was before are kept and can be taken back. Single keys and
/// sections come as extension methods (<see cref="SnapshotKvConfigurationWriterExtensions"/>).
/// </summary>
/// <remarks>
/// <para>Thread-safe. Registered by <c>AddSnapshotKv</c>, and by name for stores with one. Keys are configuration keys, <c>Section:Name</c>; case does not matter, and a key that is there keeps its
/// spelling. Values are text, or null, which hides what earlier sources say.</para>
/// <para>A write completes when its commit is on disk and published by the configuration of this application that follows the store; what reads the configuration afterwards sees it.</para>
/// <para>The history keeps values, secrets too, in the store itself.</para>
/// </remarks>
public interface ISnapshotKvConfigurationWriter
{
    /// <summary>The configuration that the store holds now.</summary>
    /// <param name="cancellationToken">Checked before anything is done.</param>
    /// <returns>The values and their version, as of one point in time.</returns>
    /// <exception cref="SnapshotKvConfigurationException">Keys differ only in case, or values are bytes: remove them by <see cref="ApplyAsync"/>.</exception>
    ValueTask<SnapshotKvConfigurationValues> GetAsync(CancellationToken cancellationToken = default);

    /// <summary>Carries out a change, whole or not at all.</summary>
    /// <param name="change">What is to be done, by whom and why; it can be used again.</param>
    /// <param name="cancellationToken">Until the commit, gives up with nothing changed; after it, gives up waiting.</param>
    /// <returns>What was changed. A change that changes nothing makes no revision.</returns>
    /// <exception cref="ArgumentException">A key cannot be written, or <see cref="SnapshotKvConfigurationChange.ExpectedVersion"/> is no version at all. Nothing was changed.</exception>
    /// <exception cref="KvConflictException">The configuration is not at the version that the change expects any more; the message names what changed. Nothing was changed.</exception>
    /// <exception cref="SnapshotKvConfigurationRefusedException">The validation of the configuration that follows refuses the result. Nothing was changed.</exception>
    /// <exception cref="SnapshotKvConfigurationException">The result would hold keys that differ only in case, or bytes, which were there before. Nothing was changed.</exception>
    /// <exception cref="NotSupportedException">The store can only be read (<see cref="IKvStore.IsReadOnly"/>): it follows a directory that another application owns. Told before anything is read.</exception>
    /// <exception cref="KvStoreUnavailableException">The disk refused the snapshot: the change is in memory, will be tried to be saved again, and is published then.</exception>
    Task<SnapshotKvConfigurationWrite> ApplyAsync(SnapshotKvConfigurationChange change, CancellationToken cancellationToken = default);

    /// <summary>What was written, newest first.</summary>
    /// <param name="limit">How many revisions are wanted at most; positive.</param>
    /// <param name="cancellationToken">Gives up the reading.</param>
    /// <returns>The revisions. The number that is kept is <see cref="SnapshotKvConfigurationOptions.HistoryLimit"/>.</returns>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="limit"/> is not positive.</exception>
    ValueTask<IReadOnlyList<SnapshotKvConfigurationRevision>> GetHistoryAsync(int limit = 100, CancellationToken cancellationToken = default);

    /// <summary>What was written to a key, or to a section and the keys below it, newest first: who changed it, when and why.</summary>
    /// <param name="section">The key or section; empty for the whole configuration. Case does not matter.</param>
    /// <param name="limit">How many revisions are wanted at most; positive.</param>
    /// <param name="cancellationToken">Gives up the reading.</param>
    /// <returns>The revisions that changed something there, each whole.</returns>
    /// <remarks>Reads the history until it has so many: all of it, when the section was seldom changed.</remarks>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="limit"/> is not positive.</exception>
    ValueTask<IReadOnlyList<SnapshotKvConfigurationRevision>> GetHistoryAsync(string section, int limit = 100, CancellationToken cancellationToken = default);

    /// <summary>
    /// Takes a revision back, or some of its keys: gives each the value of before. That is a revision of its own, which can be taken back in turn. With a number alone it comes as an extension method.
    /// </summary>
    /// <param name="undo">The revision, by whom and why.</param>
    /// <param name="cancellationToken">Until the commit, gives up with nothing changed; after it, gives up waiting.</param>
    /// <returns>What was changed.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The history does not have the revision.</exception>
    /// <exception cref="ArgumentException">The revision did not change one of <see cref="SnapshotKvConfigurationUndo.Keys"/>. Nothing was changed.</exception>
    /// <exception cref="KvConflictException">Keys have been changed since, and it is not forced; the message names them. Nothing was changed.</exception>
    /// <exception cref="SnapshotKvConfigurationRefusedException">The validation refuses the result. Nothing was changed.</exception>
    /// <exception cref="NotSupportedException">As with <see cref="ApplyAsync"/>.</exception>
    /// <exception cref="KvStoreUnavailableException">As with <see cref="ApplyAsync"/>.</exception>
    Task<SnapshotKvConfigurationWrite> UndoAsync(SnapshotKvConfigurationUndo undo, CancellationToken cancellationToken = default);

    /// <summary>
    /// Goes back to a snapshot: gives the configuration, or a section of it, the keys and values that the snapshot has, and no others. That is a revision of its own, which tells who went back to what and can be
    /// taken back in turn. With the name alone it comes as an extension method.
    /// </summary>
    /// <param name="restore">The snapshot, by whom and why.</param>
    /// <param name="cancellationToken">Until the commit, gives up with nothing changed; after it, gives up waiting.</param>
    /// <returns>What was changed. Where all is as in the snapshot, no revision is made.</returns>
    /// <remarks>
    /// <para>One commit, published as one change. The rest of the store, and the history with all that was written since, stay as they are. Values come back as text.</para>
    /// <para>Reads the whole snapshot: about a second, and the memory, for a million entries. It is the newest state that the snapshot has; what was committed after it was saved is not in it.</para>
    /// </remarks>
    /// <exception cref="KvSnapshotException">There is no such snapshot (any more). Nothing was changed.</exception>
    /// <exception cref="KvStoreCorruptedException">The snapshot is damaged. Nothing was changed.</exception>
    /// <exception cref="SnapshotKvConfigurationException">What the snapshot, or the result, holds cannot be a configuration. Nothing was changed.</exception>
    /// <exception cref="SnapshotKvConfigurationRefusedException">The validation of the configuration that follows refuses the result. Nothing was changed.</exception>
    /// <exception cref="KvConflictException">The configuration is not at the version that is expected any more. Nothing was changed.</exception>
    /// <exception cref="ArgumentException">The snapshot's name is empty, or the expected version is no version at all. Nothing was changed.</exception>
    /// <exception cref="NotSupportedException">The store keeps no snapshots, or can only be read.</exception>
    /// <exception cref="KvStoreUnavailableException">As with <see cref="ApplyAsync"/>.</exception>
    Task<SnapshotKvConfigurationWrite> RestoreAsync(SnapshotKvConfigurationRestore restore, CancellationToken cancellationToken = default);

    /// <summary>What <see cref="RestoreAsync"/> would change, for somebody to look at before. Nothing is changed, and no validation is asked.</summary>
    /// <param name="restore">The snapshot.</param>
    /// <param name="cancellationToken">Gives up the reading.</param>
    /// <returns>The changes, in the order of the keys; none where all is as in the snapshot.</returns>
    /// <remarks>To go back to no other thing than was looked at, give the version that was read before both as the expected one.</remarks>
    /// <inheritdoc cref="RestoreAsync"/>
    Task<IReadOnlyList<SnapshotKvConfigurationValueChange>> PreviewRestoreAsync(SnapshotKvConfigurationRestore restore, CancellationToken cancellationToken = default);
}
