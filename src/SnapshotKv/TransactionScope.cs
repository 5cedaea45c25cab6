using SnapshotKv.Blobs;
using SnapshotKv.Engine;

namespace SnapshotKv;

/// <summary>One transaction for its keyspace and its partitions: whether it is still open, and that one thread at a time is in it.</summary>
internal sealed class TransactionScope(StoreEngine engine, TransactionStart start) : IDisposable
{
    private const int Open = 0, Committed = 1, Disposed = 2;

    private readonly List<PendingBlob> _blobs = [];
    private bool _hasEnded;
    private int _isBusy;
    private volatile int _state;

    public StoreEngine Engine { get; } = engine;

    public TransactionView View { get; } = new(engine, start);

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

        if (_state == Open)
        {
            return new Turn(this);
        }

        _isBusy = 0;
        throw _state == Committed
            ? new InvalidOperationException("The transaction has been committed, or its commit has been refused; begin another one.")
            : new ObjectDisposedException(nameof(KvTransaction));
    }

    /// <summary>Carries out the writes, and ends the transaction whatever becomes of it.</summary>
    /// <returns>Whether anything was changed.</returns>
    public bool Commit()
    {
        using var turn = Enter();
        _state = Committed;
        try
        {
            return View.Commit();
        }
        finally
        {
            End();
        }
    }

    /// <summary>Within an operation: takes a blob that was written; the end of the transaction deletes it unless it was committed.</summary>
    public void Own(PendingBlob blob)
    {
        lock (_blobs)
        {
            if (!_hasEnded)
            {
                _blobs.Add(blob);
                return;
            }
        }

        // Somebody disposed of the transaction in the midst of this operation.
        blob.Dispose();
    }

    public void Dispose()
    {
        if (Interlocked.CompareExchange(ref _state, Disposed, Open) == Open)
        {
            End();
        }
    }

    private void End()
    {
        Engine.Pipeline.EndTransaction(start);
        lock (_blobs)
        {
            _hasEnded = true;
        }

        foreach (var blob in _blobs)
        {
            blob.Dispose();
        }

        _blobs.Clear();
    }

    /// <summary>One operation in the transaction.</summary>
    internal readonly struct Turn(TransactionScope scope) : IDisposable
    {
        public void Dispose() => Volatile.Write(ref scope._isBusy, 0);
    }
}
