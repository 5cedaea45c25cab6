namespace SnapshotKv.Tests.Store.Contract;

/// <summary>The contract, on a partition within a transaction on a partition.</summary>
public sealed class TransactionPartitionContractTests : KvStoreSpecification
{
    private KvStore? _opened;
    private KvTransaction? _transaction;

    public override void Dispose()
    {
        if (_opened is not null)
        {
            var keys = Store.GetKeys().Select(key => "p:q:" + key).ToList();
            _transaction!.Commit();
            _opened.GetKeys("p:q:").ShouldBe(keys);
            _opened.Exists("p:other").ShouldBeTrue();
            _transaction.Dispose();
            _opened.Dispose();
        }

        base.Dispose();
    }

    protected override IKvStore Open()
    {
        _opened = KvStore.Open(new SnapshotKvOptions { TimeProvider = Clock });
        _opened.Set("p:other", 1, new KvEntryOptions { Tags = ["t", "red"] });
        _transaction = ((KvPartition)_opened.GetPartition("p:")).BeginTransaction();
        return _transaction.GetPartition("q:");
    }
}
