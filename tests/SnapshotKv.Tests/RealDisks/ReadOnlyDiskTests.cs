using SnapshotKv.Tests.FileSystem;

namespace SnapshotKv.Tests.RealDisks;

/// <summary>A disk on which no file can be made for a while: what needs a new file is refused, all else goes on, and all of it once files can be made again.</summary>
/// <remarks>
/// The kernel refuses to remount a file system read-only while files on it are open for writing, as a store's are; so a read-only view of it is mounted over it. Needs
/// root and a loop device, and skips itself where it has not got them.
/// </remarks>
public sealed class ReadOnlyDiskTests
{
    private const long Size = 64 << 20;

    [Theory]
    [InlineData(KvDurability.Process)]
    [InlineData(KvDurability.Disk)]
    public void Write_ReadOnlyDisk_IsRefusedWhenASegmentIsNeeded_AndGoesOnWhenItCanBeMade(KvDurability durability)
    {
        using var disk = Ext4Disk.MountOrSkip(size: Size);
        var home = new StoreOnDisk(disk.Path, durability);
        var store = home.Open();
        home.Write(store, 10);
        disk.CoverReadOnly();

        home.WriteUntilRefused(store).ShouldBeOfType<KvStoreUnavailableException>().Message.ShouldContain(home.Path);

        store.Exists(home.LastKey).ShouldBeFalse();
        home.ShouldHoldAllAcknowledged(store);
        Should.Throw<KvStoreUnavailableException>(() => store.Save());
        home.ShouldBeRecoveredFromACopy();

        disk.Uncover();
        home.Wait();
        home.Write(store, 10);
        store.Save().ShouldNotBeNull();
        home.ShouldHoldAllAcknowledged(store);
        store.Dispose();

        home.ShouldBeRecovered();
    }
}
