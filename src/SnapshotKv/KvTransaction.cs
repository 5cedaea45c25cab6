using SnapshotKv.Engine;

namespace SnapshotKv;

/// <summary>A transaction of an embedded store.</summary>
/// <remarks>
/// <para>Optimistic: it takes no lock and holds up nobody. Keeping it open costs memory for each key that others change meanwhile, and expired entries stay
/// in memory; once a million different keys, or 64 MiB of them, were changed, what it then reads or commits is refused as a conflict.</para>
/// <para>Life in <see cref="KvEntryOptions"/> counts from the commit on. Versions that are read of the transaction's own writes are good within it only.</para>
/// </remarks>
public sealed class KvTransaction : KvTransactionKeyspace, IKvTransaction
{
    internal KvTransaction(TransactionScope scope, KvKeyspace origin, KvKeyPrefix prefix, RecordBuilder builder)
        : base(scope, origin, prefix, builder)
    {
    }

    /// <summary>What the commit is to survive: the highest level that the store, the partition, one of the writes, or this asks for.</summary>
    /// <value>Default: the store's level. Setting a lower one than it has changes nothing.</value>
    /// <exception cref="ArgumentOutOfRangeException">There is no such level.</exception>
    public KvDurability Durability
    {
        get => Scope.Durability;
        set
        {
            Scope.Raise(KvKeyspace.Checked(value));
        }
    }

    /// <summary>
    /// Carries out the changes as one commit, and ends the transaction. When it returns the commit is as safe as <see cref="Durability"/> says; in a store of level
    /// <see cref="KvDurability.Snapshot"/>, which has no journal, a snapshot that holds it is on disk.
    /// </summary>
    /// <exception cref="KvConflictException">Somebody else changed what this transaction relies on. Nothing was changed, and the transaction has ended.</exception>
    /// <exception cref="KvStoreUnavailableException">
    /// The disk refused the journal, and nothing was changed; or, in a store without one, the commit is in memory, but the disk refused the snapshot: the next save that the disk
    /// allows holds it. The message says which.
    /// </exception>
    /// <exception cref="KvStoreFaultedException">The device did not take it; whether it is there after a restart is unknown.</exception>
    /// <exception cref="InvalidOperationException">The transaction has been committed before, or another thread is using it.</exception>
    /// <exception cref="ObjectDisposedException">The transaction or the store was disposed.</exception>
    public void Commit()
    {
        try
        {
            Scope.Commit();
        }
        catch (KvStoreException exception) when (IsUnsaved(exception))
        {
            throw NotSaved(exception);
        }
    }

    /// <inheritdoc cref="Commit"/>
    /// <param name="cancellationToken">Checked before anything is done; once the commit is in memory it is no longer observed.</param>
    /// <returns>A task that completes when the commit is as safe as it is to be.</returns>
    public async ValueTask CommitAsync(CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        try
        {
            await Scope.CommitAsync().ConfigureAwait(false);
        }
        catch (KvStoreException exception) when (IsUnsaved(exception))
        {
            throw NotSaved(exception);
        }
    }

    /// <summary>Ends the transaction. Without a commit before, it leaves no trace. Once more does nothing.</summary>
    public void Dispose() => Scope.Dispose();

    /// <summary>Whether the commit itself went well, and the snapshot after it did not.</summary>
    private bool IsUnsaved(KvStoreException exception) => !Scope.Engine.HasJournal && exception is not KvConflictException;

    private static KvStoreUnavailableException NotSaved(KvStoreException exception) => new(
        $"The transaction is committed in memory and everybody sees it, but it is not on disk yet; the next save that the disk allows holds it, so do not commit it again. {exception.Message}",
        exception);
}
