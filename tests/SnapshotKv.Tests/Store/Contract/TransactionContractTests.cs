namespace SnapshotKv.Tests.Store.Contract;

/// <summary>The contract, within a transaction, whose clock stands still; and once more after its commit.</summary>
public sealed class TransactionContractTests : KvStoreSpecification
{
    private KvStore? _opened;
    private KvTransaction? _transaction;

    public override void Dispose()
    {
        if (_opened is not null)
        {
            var keys = Store.GetKeys().ToList();
            _opened.Count().ShouldBe(0);
            _transaction!.Commit();
            _opened.GetKeys().ShouldBe(keys);
            _transaction.Dispose();
            _opened.Dispose();
        }

        base.Dispose();
    }

    protected override IKvStore Open()
    {
        _opened = KvStore.Open(new SnapshotKvOptions { TimeProvider = Clock });
        return _transaction = _opened.BeginTransaction();
    }
}
