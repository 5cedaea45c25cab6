namespace SnapshotKv.Tests.Store.Model.Steps;

internal enum ManyKind
{
    Get,
    Set,
    Remove,
}
