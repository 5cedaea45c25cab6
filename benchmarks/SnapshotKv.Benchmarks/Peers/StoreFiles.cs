namespace SnapshotKv.Benchmarks.Peers;

/// <summary>Where a store keeps its files.</summary>
internal static class StoreFiles
{
    /// <summary>The path of a snapshot.</summary>
    public static string PathOf(KvStore store, SnapshotInfo? snapshot) => Path.Combine(store.DirectoryPath!, "snapshots", snapshot!.FileName);

    /// <summary>Copies a store's directory, but for the lock that may be held, over another one, which holds the same afterwards.</summary>
    public static void Copy(string from, string to)
    {
        if (Directory.Exists(to))
        {
            Directory.Delete(to, recursive: true);
        }

        foreach (var file in new DirectoryInfo(from).EnumerateFiles("*", SearchOption.AllDirectories).Where(static file => file.Name != "lock"))
        {
            var target = Path.Combine(to, Path.GetRelativePath(from, file.FullName));
            Directory.CreateDirectory(Path.GetDirectoryName(target)!);
            file.CopyTo(target);
        }
    }
}
