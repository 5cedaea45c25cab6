namespace SnapshotKv.Benchmarks.Peers;

/// <summary>Where a store keeps its files.</summary>
internal static class StoreFiles
{
    /// <summary>The path of a snapshot.</summary>
    public static string PathOf(KvStore store, SnapshotInfo? snapshot) => Path.Combine(store.DirectoryPath!, "snapshots", snapshot!.FileName);
}
