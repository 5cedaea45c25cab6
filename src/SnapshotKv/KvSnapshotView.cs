using SnapshotKv.Engine;

namespace SnapshotKv;

/// <summary>What a snapshot holds, to be read as any store is; got from <see cref="IKvSnapshots.OpenSnapshot"/>.</summary>
/// <remarks>
/// <para>Thread-safe. The entries are in memory, apart from those of the store; disposal, or dropping the view, lets go of them. It does not end with the store.</para>
/// <para>Time stands still in it, at the instant at which the snapshot was made: what was alive then is, and lives for as long as it did then. Nothing changes in it:
/// writes, and commits of transactions, throw <see cref="NotSupportedException"/>, watchers are never told anything, and reads do not move sliding expiries. Blobs are read from the store's files, which
/// stay while the snapshot is retained.</para>
/// </remarks>
public sealed class KvSnapshotView : KvKeyspace, IDisposable
{
    internal KvSnapshotView(StoreEngine engine, SnapshotKvOptions settings, IKvSerializer serializer, SnapshotInfo snapshot)
        : base(engine, settings, serializer, KvKeyPrefix.None, default, KvDurability.Snapshot) => Snapshot = snapshot;

    /// <summary>The snapshot.</summary>
    public SnapshotInfo Snapshot { get; }

    /// <summary>Entries whose keys are not UTF-8, which no string reaches.</summary>
    public int OpaqueKeyCount => Engine.Pipeline.Table.OpaqueCount;

    /// <summary>Ends the view: what is asked of it from now on throws <see cref="ObjectDisposedException"/>. Once more does nothing.</summary>
    public void Dispose() => Engine.Close();
}
