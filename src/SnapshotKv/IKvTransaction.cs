namespace SnapshotKv;

/// <summary>
/// A transaction: a keyspace that shows the store as it was when the transaction began, with the transaction's own changes, which nobody else sees before
/// <see cref="Commit"/>.
/// </summary>
/// <remarks>
/// <para>Serializable: what is read, written or scanned must not have been changed by anybody else since the transaction began, else the read or the
/// commit throws <see cref="KvConflictException"/>; nothing is changed then, and the whole is to be tried again. That an entry slides or expires is no
/// change: within a transaction the clock stands still.</para>
/// <para>For one thread at a time; a second one is refused with an <see cref="InvalidOperationException"/>. Disposal without a commit leaves no
/// trace.</para>
/// </remarks>
public interface IKvTransaction : IKvStore, IDisposable
{
    /// <summary>Carries out the changes as one commit, and ends the transaction.</summary>
    /// <exception cref="KvConflictException">Somebody else changed what this transaction relies on. Nothing was changed, and the transaction has ended.</exception>
    /// <exception cref="KvStoreUnavailableException">The commit is in memory but could not be saved; the message says so.</exception>
    void Commit();

    /// <inheritdoc cref="Commit"/>
    /// <param name="cancellationToken">Checked before anything is done; once the commit is in memory it is no longer observed.</param>
    /// <returns>A task that completes when the commit is as safe as the store promises.</returns>
    ValueTask CommitAsync(CancellationToken cancellationToken = default);
}
