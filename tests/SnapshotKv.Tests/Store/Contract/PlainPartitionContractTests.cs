namespace SnapshotKv.Tests.Store.Contract;

/// <summary>The contract, on a partition of an implementation that is not the engine.</summary>
public sealed class PlainPartitionContractTests : ExpiringKvStoreSpecification
{
    protected override IKvStore Open() => new PlainKvStore(Clock).GetPartition("p:");
}
