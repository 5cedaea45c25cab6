namespace SnapshotKv.Tests.Transactions;

/// <summary>The reference passes, so the rules can be kept; what the rules are for is in <see cref="InterleaverTests"/>.</summary>
public sealed class ReferenceStoreTests : InterleavedTransactionsSpecification
{
    private protected override int Thinning => 15;

    private protected override ITransactionalStore Open() => new ReferenceStore();
}
