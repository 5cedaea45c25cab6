using SnapshotKv.Tests.FileSystem;

namespace SnapshotKv.Tests.RealDisks;

/// <summary>A disk that fails under an open store, a real one: whoever waits for it is told so, nothing more is written, reads go on, and what was flushed is there afterwards.</summary>
/// <remarks>Mounts a file system of its own, so it needs root and a loop device, and skips itself where it has not got them.</remarks>
public sealed class FailedDiskTests
{
    private const long Size = 64 << 20;

    public enum Failure
    {
        /// <summary>Nothing reaches the device any more, as if it were gone.</summary>
        Gone,

        /// <summary>The kernel has found an error and has made the file system read-only.</summary>
        ReadOnly,
    }

    [Theory]
    [InlineData(Failure.Gone)]
    [InlineData(Failure.ReadOnly)]
    public void Write_AtDisk_IsFinallyRefused_AndAllAcknowledgedIsThereAfterARestart(Failure failure)
    {
        using var disk = Ext4Disk.MountOrSkip("errors=remount-ro", Size);
        var home = new StoreOnDisk(disk.Path, KvDurability.Disk);
        var store = home.Open();
        home.Write(store, 100);
        Fail(disk, failure);

        Should.Throw<KvStoreFaultedException>(() => home.Write(store));

        ShouldBeFaulted(home, store);
        disk.MountAgain();
        home.ShouldBeRecovered();
    }

    [Theory]
    [InlineData(Failure.Gone)]
    [InlineData(Failure.ReadOnly)]
    public async Task WriteAsync_AtDisk_IsRefusedWhereItIsAwaited(Failure failure)
    {
        using var disk = Ext4Disk.MountOrSkip("errors=remount-ro", Size);
        var home = new StoreOnDisk(disk.Path, KvDurability.Disk);
        var store = home.Open();
        home.Write(store, 100);
        Fail(disk, failure);

        await Should.ThrowAsync<KvStoreFaultedException>(async () => await store.SetAsync("k", 1, cancellationToken: TestContext.Current.CancellationToken));

        ShouldBeFaulted(home, store);
        disk.MountAgain();
        home.ShouldBeRecovered();
    }

    [Theory]
    [InlineData(Failure.Gone)]
    [InlineData(Failure.ReadOnly)]
    public void Write_AtProcess_GoesOnUntilAFlushFails_AndAllFlushedIsThereAfterARestart(Failure failure)
    {
        using var disk = Ext4Disk.MountOrSkip("errors=remount-ro", Size);
        var home = new StoreOnDisk(disk.Path, KvDurability.Process);
        var store = home.Open();
        home.Write(store, 100);
        home.Wait();
        Fail(disk, failure);

        // In the kernel's hands, as the level says: that the disk takes no more shows with the next flush.
        store.Set("not flushed", 1);
        home.Wait();

        Should.Throw<KvStoreFaultedException>(() => home.Write(store));
        store.TryGet<int>("not flushed", out _).ShouldBeTrue();
        ShouldBeFaulted(home, store);
        disk.MountAgain();
        home.ShouldBeRecovered();
    }

    private static void Fail(Ext4Disk disk, Failure failure)
    {
        if (failure == Failure.Gone)
        {
            disk.ShutDown();
        }
        else
        {
            disk.MeetAnError();
        }
    }

    /// <summary>No write gets through any more; all reads do; and the end, which cannot save, says so.</summary>
    private static void ShouldBeFaulted(StoreOnDisk home, KvStore store)
    {
        Should.Throw<KvStoreFaultedException>(() => store.Set("later", 1));
        store.Exists("later").ShouldBeFalse();
        home.ShouldHoldAllAcknowledged(store);
        Should.Throw<KvStoreException>(store.Dispose);
    }
}
