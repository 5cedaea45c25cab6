namespace SnapshotKv.Tests.Transactions;

/// <summary>A transaction under test. Any member may throw <see cref="KvConflictException"/>; disposal without commit rolls back.</summary>
internal interface IOpenTransaction : IDisposable
{
    int? Get(string key);

    void Set(string key, int value);

    bool Remove(string key);

    IReadOnlyList<KeyValuePair<string, int>> Scan(string prefix);

    long Count(string prefix);

    void Commit();
}
