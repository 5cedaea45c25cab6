using System.Diagnostics.CodeAnalysis;
using System.Text;
using SnapshotKv.FileSystem;

namespace SnapshotKv.Tests.FileSystem;

/// <summary>Why flushing goes to the C library: on a disk that has really failed, the framework's flush returns as if all were well.</summary>
/// <remarks>Mounts a file system of its own, so it needs root and a loop device, and skips itself where it has not got them.</remarks>
public sealed class Ext4ShutdownTests
{
    [Fact]
    public void Flush_FailedDisk_Throws()
    {
        using var disk = Ext4Disk.MountOrSkip();
        using var file = PhysicalFileSystem.Instance.CreateNew(Path.Join(disk.Path, "a"));
        file.Write("lost"u8, 0);
        disk.ShutDown();

        var thrown = Should.Throw<IOException>(file.Flush);

        thrown.Message.ShouldStartWith($"Cannot flush '{Path.Join(disk.Path, "a")}' to the device: EIO (5), ");
    }

    [Fact]
    public void FlushData_FailedDisk_Throws()
    {
        using var disk = Ext4Disk.MountOrSkip();
        using var file = Written(disk);
        file.Write("lost"u8, 0);
        disk.ShutDown();

        var thrown = Should.Throw<IOException>(file.FlushData);

        thrown.Message.ShouldStartWith($"Cannot flush '{Path.Join(disk.Path, "a")}' to the device: EIO (5), ");
    }

    [Fact]
    public void Store_FailedDisk_SucceedsAndTheFlushDoesNot()
    {
        using var disk = Ext4Disk.MountOrSkip();
        using var file = Written(disk);
        using var mapped = file.TryMap().ShouldNotBeNull();
        mapped.Store("flushed"u8, 0);
        file.FlushData();
        disk.ShutDown();

        // Into a page that the flush has made clean, and into one that was only written: where a store could fail, the test would end here with its process.
        mapped.Store("lost"u8, 8);
        mapped.Publish(1, 65_536);
        Should.Throw<IOException>(file.FlushData);
        mapped.Store("lost"u8, 8);
    }

    [Fact]
    public void Store_DiskGoneReadOnly_SucceedsAndTheFlushDoesNot()
    {
        using var disk = Ext4Disk.MountOrSkip("errors=remount-ro");
        using var file = Written(disk);
        using var mapped = file.TryMap().ShouldNotBeNull();
        mapped.Store("flushed"u8, 0);
        file.FlushData();
        disk.MeetAnError();

        mapped.Store("lost"u8, 8);
        mapped.Publish(1, 65_536);

        Should.Throw<IOException>(file.FlushData).Message.ShouldContain("EROFS (30)");
        Read(file, 0, 12).ShouldBe("flushed\0lost");
        SystemError.Classify(Failure(() => PhysicalFileSystem.Instance.CreateNew(Path.Join(disk.Path, "b")))).ShouldBe(StorageFault.ReadOnly);
    }

    [Fact]
    public void Store_FullDisk_Succeeds()
    {
        using var disk = Ext4Disk.MountOrSkip();
        using var file = Written(disk);
        disk.Fill();
        using var mapped = file.TryMap().ShouldNotBeNull();

        for (var offset = 0; offset < 1 << 20; offset += 4096)
        {
            mapped.Store("x"u8, offset);
        }

        Should.NotThrow(file.FlushData);
    }

    [Fact]
    public void FlushDirectory_FailedDisk_Throws()
    {
        using var disk = Ext4Disk.MountOrSkip();
        PhysicalFileSystem.Instance.CreateNew(Path.Join(disk.Path, "a")).Dispose();
        disk.ShutDown();

        Failure(() => PhysicalFileSystem.Instance.FlushDirectory(disk.Path)).Message.ShouldContain(disk.Path);
    }

    [Fact]
    [SuppressMessage("ApiDesign", "RS0030:Do not use banned APIs", Justification = "Shows why it is banned.")]
    public void ManagedFlush_FailedDisk_ReturnsAsIfAllWereWell()
    {
        using var disk = Ext4Disk.MountOrSkip();
        using var stream = new FileStream(Path.Join(disk.Path, "a"), FileMode.CreateNew, FileAccess.ReadWrite, FileShare.None, bufferSize: 0);
        stream.Write("lost"u8);
        disk.ShutDown();

        // When this fails, the framework has learnt to report it, and our own calls can go.
        Should.NotThrow(() => stream.Flush(flushToDisk: true));
        Should.NotThrow(() => RandomAccess.FlushToDisk(stream.SafeFileHandle));
    }

    [Fact]
    public void Check_FailedDisk_IsRefused()
    {
        using var disk = Ext4Disk.MountOrSkip();
        disk.ShutDown();

        Should.Throw<KvStoreUnavailableException>(() => DirectoryProbe.Check(PhysicalFileSystem.Instance, disk.Path)).Message.ShouldContain(disk.Path);
    }

    [Fact]
    public void Check_DiskMountedReadOnly_SaysToMountItReadWrite()
    {
        using var disk = Ext4Disk.MountOrSkip();
        disk.RemountReadOnly();

        var message = Should.Throw<KvStoreUnavailableException>(() => DirectoryProbe.Check(PhysicalFileSystem.Instance, disk.Path)).Message;

        message.ShouldContain("tried to create");
        message.ShouldContain("mount it read-write");
    }

    [Fact]
    public void Check_DiskFull_SaysToFreeSpace()
    {
        using var disk = Ext4Disk.MountOrSkip();
        var thrown = disk.Fill();

        SystemError.Classify(thrown).ShouldBe(StorageFault.NoSpace, thrown.ToString());
        Should.Throw<KvStoreUnavailableException>(() => DirectoryProbe.Check(PhysicalFileSystem.Instance, disk.Path)).Message.ShouldContain("Free some space");
    }

    private static IFileHandle Written(Ext4Disk disk)
    {
        var file = PhysicalFileSystem.Instance.CreateNew(Path.Join(disk.Path, "a"));
        file.Write(new byte[1 << 20], 0);
        file.Flush();
        return file;
    }

    private static string Read(IFileHandle file, long offset, int count)
    {
        var buffer = new byte[count];
        return Encoding.UTF8.GetString(buffer, 0, file.Read(buffer, offset));
    }

    private static Exception Failure(Action action)
    {
        var thrown = Record.Exception(action);
        (thrown is IOException or UnauthorizedAccessException).ShouldBeTrue($"thrown: {thrown}");
        return thrown!;
    }
}
