namespace SnapshotKv.Tests.Store.Contract;

/// <summary>The contract, on a store in a directory.</summary>
public sealed class DirectoryStoreContractTests : ExpiringKvStoreSpecification
{
    private KvStore? _opened;

    public override void Dispose()
    {
        _opened?.Dispose();
        base.Dispose();
    }

    protected override IKvStore Open() => _opened = new StoreHome(clock: Clock).Open();
}
