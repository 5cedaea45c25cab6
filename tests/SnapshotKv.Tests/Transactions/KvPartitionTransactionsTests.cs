namespace SnapshotKv.Tests.Transactions;

/// <summary>The same in a partition: keys and prefixes are longer underneath.</summary>
public sealed class KvPartitionTransactionsTests : InterleavedTransactionsSpecification
{
    private protected override int Thinning => 40;

    private protected override ITransactionalStore Open() => new KvStoreTransactions("part:");
}
