using SnapshotKv.Format;
using SnapshotKv.Keyspace;

namespace SnapshotKv.Engine;

/// <content>Transactions: what they began with, what was changed since, and their commit, which is a commit like any other once nothing was.</content>
internal sealed partial class CommitPipeline
{
    private readonly TransactionLog _log = new();

    /// <summary>What was changed since the oldest open transaction began.</summary>
    public TransactionLog TransactionLog => _log;

    /// <summary>A transaction begins between two commits.</summary>
    public TransactionStart BeginTransaction()
    {
        lock (_gate)
        {
            ThrowIfClosed();
            return _log.Open(_sequence, _clock.Now);
        }
    }

    /// <summary>A transaction has ended.</summary>
    public void EndTransaction(TransactionStart start)
    {
        lock (_gate)
        {
            _log.Close(start);
        }
    }

    /// <summary>Carries out a transaction's changes as one commit if nothing it relies on was changed since it began.</summary>
    /// <param name="start">When it began.</param>
    /// <param name="reads">What it relies on.</param>
    /// <param name="changes">Its changes, no key twice.</param>
    /// <param name="changed">A key that was changed since; null when nothing was, or when it is not known which.</param>
    /// <returns>Whether the changes were carried out.</returns>
    public bool TryCommit(TransactionStart start, TransactionReads reads, Span<TableChange> changes, out byte[]? changed)
    {
        lock (_gate)
        {
            ThrowIfClosed();
            if (reads.IsAnyChanged(_log, start, out changed))
            {
                return false;
            }

            ApplyInGate(changes);
            return true;
        }
    }

    /// <summary>
    /// Before the table is changed: a transaction looks into the table first and then into the log, and so never takes what is newer than its start for
    /// what it began with.
    /// </summary>
    private void NoteForTransactions(ReadOnlySpan<byte> key, Record after, ulong number)
    {
        if (_log.IsKept)
        {
            _log.Note(key, Table.Find(key), after, number);
        }
    }
}
