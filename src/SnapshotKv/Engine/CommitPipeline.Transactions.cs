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
    /// <param name="isDirect">See <see cref="TrySet"/>.</param>
    /// <param name="outcome">What became of it.</param>
    /// <returns>Whether the journal had room; if not, nothing was done.</returns>
    public bool TryCommit(TransactionStart start, TransactionReads reads, Span<TableChange> changes, bool isDirect, out CommitOutcome outcome)
    {
        var body = EncodeBefore(changes, out var checksum);
        lock (_gate)
        {
            ThrowIfClosed();
            if (reads.IsAnyChanged(_log, start, out var changed))
            {
                outcome = CommitOutcome.Refused(changed);
                return true;
            }

            if (_journal is not null && !_journal.TryReserve(body?.WrittenCount ?? LargestBody(changes)))
            {
                outcome = default;
                return false;
            }

            outcome = ApplyInGate(changes, JournalFrameKind.Changes, body, checksum, isDirect);
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
