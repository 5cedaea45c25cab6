using SnapshotKv.FileSystem;

namespace SnapshotKv.Tests.FileSystem;

/// <summary>Where files are mapped, on file systems mounted for it. What a mapping does is in <see cref="FileSystemSpecification"/>.</summary>
public sealed class PhysicalMappedFileTests
{
    [Fact]
    public void TryMap_Ext4_MapsUnlessDataGoesThroughItsJournal()
    {
        using (var ordered = Ext4Disk.MountOrSkip())
        {
            Maps(ordered.Path).ShouldBeTrue();
        }

        using var journaled = Ext4Disk.MountOrSkip("data=journal");
        Maps(journaled.Path).ShouldBeFalse();
    }

    [Theory]
    [InlineData("tmpfs", true)]
    [InlineData("ramfs", false)]
    [InlineData("overlay", false)]
    public void TryMap_OtherFileSystem_MapsWhereThatIsSafe(string type, bool expected)
    {
        using var disk = MountedDisk.MountOrSkip(type);

        Maps(disk.Path).ShouldBe(expected);
    }

    [Fact]
    public void TryMap_FullTmpfs_StoresIntoWhatWasWritten()
    {
        using var disk = MountedDisk.MountOrSkip("tmpfs", "size=256k");
        using var file = Zeros(disk.Path, 128 * 1024);
        using var filler = PhysicalFileSystem.Instance.CreateNew(Path.Join(disk.Path, "filler"));
        SystemError.Classify(Should.Throw<IOException>(() => filler.Write(new byte[256 * 1024], 0))).ShouldBe(StorageFault.NoSpace);

        using var mapped = file.TryMap().ShouldNotBeNull();
        for (var offset = 0; offset < 128 * 1024; offset += 4096)
        {
            mapped.Store("x"u8, offset);
        }

        var last = new byte[1];
        file.Read(last, 124 * 1024).ShouldBe(1);
        last.ShouldBe("x"u8.ToArray());
    }

    [Fact]
    public void Map_GarbageCollected_IsGivenBack()
    {
        using var disk = MountedDisk.MountOrSkip("tmpfs");
        using var file = Zeros(disk.Path, 4096);
        MapAndForget(file);
        Mappings(disk.Path).ShouldBe(1);

        for (var i = 0; i < 3; i++)
        {
            GC.Collect();
            GC.WaitForPendingFinalizers();
        }

        Mappings(disk.Path).ShouldBe(0);
    }

    [Fact]
    public void Dispose_Mapped_IsGivenBackAtOnce()
    {
        using var disk = MountedDisk.MountOrSkip("tmpfs");
        using var file = Zeros(disk.Path, 4096);

        using (file.TryMap().ShouldNotBeNull())
        {
            Mappings(disk.Path).ShouldBe(1);
        }

        Mappings(disk.Path).ShouldBe(0);
    }

    [System.Runtime.CompilerServices.MethodImpl(System.Runtime.CompilerServices.MethodImplOptions.NoInlining)]
    private static void MapAndForget(IFileHandle file) => file.TryMap().ShouldNotBeNull().Store("x"u8, 0);

    private static int Mappings(string directory) => File.ReadLines("/proc/self/maps").Count(line => line.Contains(directory, StringComparison.Ordinal));

    private static bool Maps(string directory)
    {
        using var file = Zeros(directory, 4096);
        using var mapped = file.TryMap();
        return mapped is not null;
    }

    private static IFileHandle Zeros(string directory, int length)
    {
        var file = PhysicalFileSystem.Instance.CreateNew(Path.Join(directory, "a"));
        file.Write(new byte[length], 0);
        file.Flush();
        return file;
    }
}
