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
        return new(new TransactionScope(Engine, Engine.Pipeline.BeginTransaction()), this, _prefix, _builder);
    }

    IKvTransaction IKvTransactions.BeginTransaction() => BeginTransaction();
}
