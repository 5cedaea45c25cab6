namespace SnapshotKv.Tests.Transactions;

public sealed class KvStoreTransactionsTests : InterleavedTransactionsSpecification
{
    private protected override ITransactionalStore Open() => new KvStoreTransactions("");
}
