namespace SnapshotKv.Tests.Transactions;

/// <summary>The real store's transactions as the interleavings see them.</summary>
internal sealed class KvStoreTransactions : ITransactionalStore
{
    private readonly KvStore _store = KvStore.Open((string?)null);
    private readonly IKvStore _keys;

    /// <param name="partition">The partition to work in; empty for the whole store.</param>
    public KvStoreTransactions(string partition) => _keys = _store.GetPartition(partition);

    public IOpenTransaction Begin() => new Transaction(((IKvTransactions)_keys).BeginTransaction());

    public void Set(string key, int value) => _keys.Set(key, value);

    public void Remove(string key) => _keys.Remove(key);

    public IReadOnlyList<KeyValuePair<string, int>> Contents() => [.. _keys.Scan<int>()];

    public void Dispose() => _store.Dispose();

    private sealed class Transaction(IKvTransaction transaction) : IOpenTransaction
    {
        public int? Get(string key) => transaction.TryGet<int>(key, out var value) ? value : null;

        public void Set(string key, int value) => transaction.Set(key, value);

        public bool Remove(string key) => transaction.Remove(key);

        public IReadOnlyList<KeyValuePair<string, int>> Scan(string prefix) => [.. transaction.Scan<int>(prefix)];

        public long Count(string prefix) => transaction.Count(prefix);

        public void Commit() => transaction.Commit();

        public void Dispose() => transaction.Dispose();
    }
}
