namespace SnapshotKv.Tests.Transactions;

/// <summary>What the interleavings of transactions need of a store. Values are numbers, so that a read tells who wrote it.</summary>
internal interface ITransactionalStore : IDisposable
{
    /// <summary>Begins a transaction; several may be open at once.</summary>
    IOpenTransaction Begin();

    /// <summary>Sets a key outside of any transaction.</summary>
    void Set(string key, int value);

    /// <summary>Removes a key outside of any transaction.</summary>
    void Remove(string key);

    /// <summary>What is committed, in the order of the keys.</summary>
    IReadOnlyList<KeyValuePair<string, int>> Contents();
}
