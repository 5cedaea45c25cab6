using SnapshotKv.Engine;

namespace SnapshotKv;

/// <content>Transactions.</content>
public abstract partial class KvKeyspace
{
    /// <summary>Begins a transaction over this keyspace.</summary>
    /// <returns>The transaction, to be committed or disposed. In a partition it sees the partition's keys only.</returns>
    /// <remarks>O(1): nothing is copied.</remarks>
    public KvTransaction BeginTransaction()
    {
        Engine.ThrowIfClosed();
        var start = Engine.Pipeline.BeginTransaction();
        return new(new TransactionScope(Engine, start, _prefix.Bytes.Length), this, _prefix, BuilderStandingAt(start.Now));
    }

    /// <summary>What makes this keyspace's records for a transaction, whose clock stands.</summary>
    internal RecordBuilder BuilderStandingAt(long now) => _builder.StandingAt(now);

    IKvTransaction IKvTransactions.BeginTransaction() => BeginTransaction();
}
