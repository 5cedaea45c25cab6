namespace SnapshotKv.Tests.FileSystem;

/// <summary>A file system in memory, mounted for one test and unmounted when disposed.</summary>
internal sealed class MountedDisk : IDisposable
{
    private readonly TemporaryDirectory _directory;

    private MountedDisk(TemporaryDirectory directory) => _directory = directory;

    /// <summary>Where it is mounted.</summary>
    public string Path => System.IO.Path.Join(_directory.Path, "mount");

    /// <summary>Mounts one, or skips the test with the reason why that is not possible here.</summary>
    /// <param name="type">What the kernel calls the file system: <c>tmpfs</c>, <c>ramfs</c> or <c>overlay</c>.</param>
    /// <param name="options">Options of the mount.</param>
    public static MountedDisk MountOrSkip(string type, string options = "rw")
    {
        Mounts.SkipUnlessAllowed();
        var directory = new TemporaryDirectory();
        var disk = new MountedDisk(directory);
        try
        {
            Directory.CreateDirectory(disk.Path);
            if (type == "overlay")
            {
                var layers = new[] { "lower", "upper", "work" }.Select(name => Directory.CreateDirectory(System.IO.Path.Join(directory.Path, name)).FullName).ToArray();
                options = $"lowerdir={layers[0]},upperdir={layers[1]},workdir={layers[2]}";
            }

            var problem = Mounts.Run("mount", "-t", type, "-o", options, type, disk.Path);
            Assert.SkipWhen(problem is not null, $"No {type} can be mounted here: {problem}");
            return disk;
        }
        catch
        {
            disk.Dispose();
            throw;
        }
    }

    /// <summary>Of a tmpfs: gives it more room, with all that it holds.</summary>
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
