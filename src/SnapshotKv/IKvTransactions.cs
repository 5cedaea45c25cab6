namespace SnapshotKv;

/// <summary>A store that has transactions.</summary>
/// <remarks>Thread-safe; any number of transactions may be open at once.</remarks>
public interface IKvTransactions
{
    /// <summary>Begins a transaction.</summary>
    /// <returns>The transaction, to be committed or disposed.</returns>
    IKvTransaction BeginTransaction();
}
