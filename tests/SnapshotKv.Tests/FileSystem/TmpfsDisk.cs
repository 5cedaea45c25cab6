namespace SnapshotKv.Tests.FileSystem;

/// <summary>A small file system in memory that the kernel keeps, mounted for one test: one that is soon full.</summary>
internal sealed class TmpfsDisk : IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    private TmpfsDisk()
    {
    }

    /// <summary>Where it is mounted.</summary>
    public string Path => System.IO.Path.Join(_directory.Path, "mount");

    /// <summary>Mounts one, or skips the test with the reason why that is not possible here.</summary>
    public static TmpfsDisk MountOrSkip(long size)
    {
        Mounts.SkipUnlessAllowed();
        var disk = new TmpfsDisk();
        try
        {
            Directory.CreateDirectory(disk.Path);
            var problem = Mounts.Run("mount", "-t", "tmpfs", "-o", $"size={size}", "tmpfs", disk.Path);
            Assert.SkipWhen(problem is not null, $"No tmpfs can be mounted here: {problem}");
            return disk;
        }
        catch
        {
            disk.Dispose();
            throw;
        }
    }

    /// <summary>Gives it more room, with all that it holds.</summary>
    public void Grow(long size) => Mounts.Run("mount", "-o", $"remount,size={size}", Path).ShouldBeNull();

    /// <summary>Takes up all the room that is left.</summary>
    public void Fill()
    {
        using var file = File.Create(System.IO.Path.Join(Path, "filler"));
        Should.Throw<IOException>(() => WriteForEver(file));
    }

    public void Dispose()
    {
        Mounts.Unmount(Path);
        _directory.Dispose();
    }

    private static void WriteForEver(FileStream file)
    {
        var block = new byte[4096];
        while (true)
        {
            file.Write(block);
            file.Flush();
        }
    }
}
