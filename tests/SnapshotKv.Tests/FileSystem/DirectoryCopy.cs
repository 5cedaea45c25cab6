namespace SnapshotKv.Tests.FileSystem;

/// <summary>Copies a store's directory with all it holds but the lock, which is held and empty: what another process would find there now.</summary>
internal static class DirectoryCopy
{
    public static void Make(string from, string to)
    {
        Directory.CreateDirectory(to);
        foreach (var file in new DirectoryInfo(from).EnumerateFiles("*", SearchOption.AllDirectories).Where(static file => file.Name != "lock"))
        {
            var target = Path.Join(to, Path.GetRelativePath(from, file.FullName));
            Directory.CreateDirectory(Path.GetDirectoryName(target)!);
            file.CopyTo(target, overwrite: true);
        }
    }
}
