namespace SnapshotKv.Tests.Store.Contract;

/// <summary>The contract, on a store in memory whose format is JSON.</summary>
public sealed class JsonStoreContractTests : ExpiringKvStoreSpecification
{
    private KvStore? _opened;

    public override void Dispose()
    {
        _opened?.Dispose();
        base.Dispose();
    }

    protected override IKvStore Open() => _opened = KvStore.Open(new SnapshotKvOptions { Format = KvFormat.Json, TimeProvider = Clock });
}
