using System.Diagnostics.CodeAnalysis;
using SnapshotKv.Blobs;

namespace SnapshotKv.Engine;

/// <summary>One transaction for its keyspace and its partitions: whether it is still open, and that one thread at a time is in it.</summary>
/// <param name="engine">The store.</param>
/// <param name="start">When the transaction began.</param>
/// <param name="partitionBytes">How much of each key the transaction, having begun on a partition, does not see.</param>
[SuppressMessage("Usage", "CA1816:Dispose methods should call SuppressFinalize", Justification = "The end does it, which disposal comes to, but not before a running operation has ended.")]
internal sealed class TransactionScope(StoreEngine engine, TransactionStart start, int partitionBytes) : IDisposable
{
    private const int Open = 0, Committed = 1, Closed = 2;

    private readonly List<PendingBlob> _blobs = [];
    private int _isBusy;
    private int _state;
    private int _hasEnded;

    /// <summary>
    /// Somebody forgot to dispose the transaction. What is kept for it would otherwise stay until the store is closed: expired entries would not be swept, and
    /// every write would be noted.
    /// </summary>
    [SuppressMessage("Design", "MA0055:Do not use finalizer", Justification = "What is let go of is managed, and held by the store: only a finalizer can tell that the transaction was dropped.")]
    ~TransactionScope() => Engine.LetGoOf(this);

    public StoreEngine Engine { get; } = engine;

    public TransactionView View { get; } = new(engine, start, partitionBytes);

    /// <summary>The instant, in Unix nanoseconds, at which the transaction's clock stands.</summary>
    public long Now => start.Now;

    /// <summary>The values that are being made within the transaction at this moment.</summary>
    public FlightTable Flights { get; } = new();

    /// <summary>Begins an operation; disposing what it returns ends it.</summary>
    /// <exception cref="InvalidOperationException">The transaction was committed, or another thread is in it.</exception>
    /// <exception cref="ObjectDisposedException">The transaction or the store was disposed.</exception>
    public Turn Enter()
    {
        Engine.ThrowIfClosed();
        if (Interlocked.Exchange(ref _isBusy, 1) != 0)
        {
            throw new InvalidOperationException("Another thread is using this transaction at this moment; a transaction is for one thread at a time.");
        }

        if (Volatile.Read(ref _state) == Open)
        {
            return new Turn(this);
        }

        Leave();
        throw Volatile.Read(ref _state) == Committed
            ? new InvalidOperationException("The transaction has been committed, or its commit has been refused; begin another one.")
            : Disposed();
    }

    /// <summary>What the commit is to survive, when that is more than what the store's writes do anyway.</summary>
    public KvDurability Durability { get; private set; } = engine.TransactionDurability;

    /// <summary>A write, or the whole transaction, asks for more.</summary>
    public void Raise(KvDurability? durability)
    {
        if (durability > Durability)
        {
            Durability = durability.Value;
        }
    }

    /// <summary>Carries out the writes, and ends the transaction whatever becomes of it.</summary>
    public void Commit()
    {
        using var turn = Enter();
        BeginCommit();
        try
        {
            View.Commit(Durability);
        }
        catch (KvStoreFaultedException)
        {
            _blobs.ForEach(static blob => blob.LeaveToRecovery());
            throw;
        }
        finally
        {
            End();
        }
    }

    /// <inheritdoc cref="Commit"/>
    public async ValueTask CommitAsync()
    {
        using var turn = Enter();
        BeginCommit();
        try
        {
            await View.CommitAsync(Durability).ConfigureAwait(false);
        }
        catch (KvStoreFaultedException)
        {
            _blobs.ForEach(static blob => blob.LeaveToRecovery());
            throw;
        }
        finally
        {
            End();
        }
    }

    private void BeginCommit()
    {
        if (Interlocked.CompareExchange(ref _state, Committed, Open) != Open)
        {
            throw Disposed();
        }
    }

    /// <summary>Within an operation: takes a blob that was written; the end of the transaction deletes it unless it was committed.</summary>
    public void Own(PendingBlob blob) => _blobs.Add(blob);

    public void Dispose()
    {
        if (Interlocked.CompareExchange(ref _state, Closed, Open) == Open && Interlocked.Exchange(ref _isBusy, 1) == 0)
        {
            Leave();
        }
    }

    private static ObjectDisposedException Disposed() => new(nameof(KvTransaction));

    /// <summary>
    /// An operation has ended. Only the last one after the disposal lets go of what is kept for the transaction: one that is still running on another thread
    /// would take what others changed for what it began with.
    /// </summary>
    private void Leave()
    {
        Interlocked.Exchange(ref _isBusy, 0);
        if (Volatile.Read(ref _state) == Closed)
        {
            End();
        }
    }

    /// <summary>Lets go of all that is kept for the transaction; once more does nothing.</summary>
    internal void End()
    {
        if (Interlocked.Exchange(ref _hasEnded, 1) != 0)
        {
            return;
        }

        GC.SuppressFinalize(this);
        Engine.Pipeline.EndTransaction(start);
        foreach (var blob in _blobs)
        {
            blob.Dispose();
        }

        _blobs.Clear();
    }

    /// <summary>One operation in the transaction.</summary>
    internal readonly struct Turn(TransactionScope scope) : IDisposable
    {
        public void Dispose() => scope.Leave();
    }
}
