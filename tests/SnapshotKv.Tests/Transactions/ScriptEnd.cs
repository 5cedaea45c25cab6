namespace SnapshotKv.Tests.Transactions;

internal enum ScriptEnd
{
    Commit,
    Rollback,

    /// <summary>No transaction at all: the steps are writes straight to the store, each at once.</summary>
    Direct,
}
