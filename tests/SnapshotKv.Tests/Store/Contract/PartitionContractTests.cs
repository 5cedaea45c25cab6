namespace SnapshotKv.Tests.Store.Contract;

/// <summary>The contract, on a partition between other keys.</summary>
public sealed class PartitionContractTests : ExpiringKvStoreSpecification
{
    private KvStore? _opened;

    public override void Dispose()
    {
        _opened?.GetKeys().Where(key => !key.StartsWith("p:", StringComparison.Ordinal)).ShouldBe(["o", "p", "q"]);
        _opened?.Dispose();
        base.Dispose();
    }

    protected override IKvStore Open()
    {
        _opened = KvStore.Open(new SnapshotKvOptions { TimeProvider = Clock });
        foreach (var key in (string[])["o", "p", "q"])
        {
            _opened.Set(key, 1, new KvEntryOptions { Tags = ["t", "red"] });
        }

        return _opened.GetPartition("p:");
    }
}
