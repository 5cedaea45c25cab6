namespace SnapshotKv.Tests.Store.Contract;

/// <summary>The contract, on an implementation that is not the engine.</summary>
public sealed class PlainStoreContractTests : ExpiringKvStoreSpecification
{
    protected override IKvStore Open() => new PlainKvStore(Clock);
}
