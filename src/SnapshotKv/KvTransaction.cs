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

    /// <summary>Carries out the changes as one commit, saves a snapshot that holds it, and ends the transaction. Without changes nothing is saved.</summary>
    /// <exception cref="KvConflictException">Somebody else changed what this transaction relies on. Nothing was changed, and the transaction has ended.</exception>
    /// <exception cref="KvStoreUnavailableException">The commit is in memory, but the disk refused the snapshot; the next save that the disk allows holds it.</exception>
    /// <exception cref="InvalidOperationException">The transaction has been committed before, or another thread is using it.</exception>
    /// <exception cref="ObjectDisposedException">The transaction or the store was disposed.</exception>
    public void Commit()
    {
        if (Scope.Commit())
        {
            try
            {
                Scope.Engine.Checkpointer?.Save(Environment.ProcessorCount, CancellationToken.None);
            }
            catch (KvStoreException exception)
            {
                throw NotSaved(exception);
            }
        }
    }

    /// <inheritdoc cref="Commit"/>
    /// <param name="cancellationToken">Checked before anything is done; once the commit is in memory it is no longer observed.</param>
    /// <returns>A task that completes when a snapshot that holds the commit is on disk.</returns>
    public async ValueTask CommitAsync(CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        if (Scope.Commit() && Scope.Engine.Checkpointer is { } checkpointer)
        {
            try
            {
                await checkpointer.SaveAsync(Environment.ProcessorCount, CancellationToken.None).ConfigureAwait(false);
            }
            catch (KvStoreException exception)
            {
                throw NotSaved(exception);
            }
        }
    }

    /// <summary>Ends the transaction. Without a commit before, it leaves no trace. Once more does nothing.</summary>
    public void Dispose() => Scope.Dispose();

    private static KvStoreUnavailableException NotSaved(KvStoreException exception) => new(
        $"The transaction is committed in memory and everybody sees it, but it is not on disk yet; the next save that the disk allows holds it, so do not commit it again. {exception.Message}",
        exception);
}
