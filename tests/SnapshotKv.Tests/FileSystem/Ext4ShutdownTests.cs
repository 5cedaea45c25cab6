using System.Diagnostics.CodeAnalysis;
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

    private static Exception Failure(Action action)
    {
        var thrown = Record.Exception(action);
        (thrown is IOException or UnauthorizedAccessException).ShouldBeTrue($"thrown: {thrown}");
        return thrown!;
    }
}
