using System.Buffers.Binary;
using System.Globalization;
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
        MapAndForget(disk.Path);
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

    [Fact]
    public void FlushData_Mapped_LetsGoOfThePagesAndOfNothingInThem()
    {
        using var disk = Ext4Disk.MountOrSkip();
        using var file = Zeros(disk.Path, 64 * 1024);
        using var mapped = file.TryMap().ShouldNotBeNull();
        for (var offset = 0; offset < 64 * 1024; offset += 4096)
        {
            mapped.Store("before"u8, offset);
        }

        ResidentKilobytes(disk.Path).ShouldBeGreaterThan(0);

        file.FlushData();

        ResidentKilobytes(disk.Path).ShouldBe(0);
        mapped.Store(" and after"u8, 6);
        var stored = new byte[16];
        file.Read(stored, 0).ShouldBe(16);
        stored.ShouldBe("before and after"u8.ToArray());
        file.Read(stored.AsSpan(0, 6), 60 * 1024).ShouldBe(6);
        stored.AsSpan(0, 6).ToArray().ShouldBe("before"u8.ToArray());
    }

    [Fact]
    public void FlushData_BesideStores_LosesNoneOnTheDevice()
    {
        const int Length = 256 << 10, Rounds = 200;
        using var disk = Ext4Disk.MountOrSkip();
        using (var file = Zeros(disk.Path, Length))
        using (var mapped = file.TryMap().ShouldNotBeNull())
        {
            var writer = new Thread(() =>
            {
                for (var round = 1UL; round <= Rounds; round++)
                {
                    for (var offset = 0; offset < Length; offset += sizeof(ulong))
                    {
                        mapped.Publish(round, offset);
                    }
                }
            });
            writer.Start();
            try
            {
                while (writer.IsAlive)
                {
                    file.FlushData();
                }
            }
            finally
            {
                writer.Join();
            }

            // What was stored last, in pages that flushes before this one have let go of; nothing else may write it.
            file.FlushData();
            disk.ShutDown();
        }

        disk.MountAgain();
        using var after = PhysicalFileSystem.Instance.OpenRead(Path.Join(disk.Path, "a"));
        var stored = new byte[Length];
        after.Read(stored, 0).ShouldBe(Length);
        for (var offset = 0; offset < Length; offset += sizeof(ulong))
        {
            BinaryPrimitives.ReadUInt64LittleEndian(stored.AsSpan(offset)).ShouldBe((ulong)Rounds);
        }
    }

    [System.Runtime.CompilerServices.MethodImpl(System.Runtime.CompilerServices.MethodImplOptions.NoInlining)]
    private static void MapAndForget(string directory) => Zeros(directory, 4096).TryMap().ShouldNotBeNull().Store("x"u8, 0);

    private static int Mappings(string directory) => File.ReadLines("/proc/self/maps").Count(line => line.Contains(directory, StringComparison.Ordinal));

    /// <summary>How much of the files in a directory stands in the process's page tables.</summary>
    private static int ResidentKilobytes(string directory) =>
        File.ReadLines("/proc/self/smaps")
            .SkipWhile(line => !line.Contains(directory, StringComparison.Ordinal))
            .Where(static line => line.StartsWith("Rss:", StringComparison.Ordinal))
            .Select(static line => int.Parse(line.AsSpan("Rss:".Length, line.Length - "Rss:".Length - " kB".Length), CultureInfo.InvariantCulture))
            .First();

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
