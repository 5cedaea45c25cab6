namespace SnapshotKv.KillTarget.Script;

/// <summary>How several changes become one commit.</summary>
internal enum WriteWay
{
    Batch,
    BatchAsynchronously,
    Transaction,
}
