namespace SnapshotKv.Tests.Transactions;

internal enum ScriptStepKind
{
    Get,
    Set,
    Remove,
    Scan,
    Count,
}
