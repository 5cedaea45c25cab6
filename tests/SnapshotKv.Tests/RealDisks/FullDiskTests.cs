using SnapshotKv.Tests.FileSystem;

namespace SnapshotKv.Tests.RealDisks;

/// <summary>A disk without room, a real one: what does not fit is refused before it is acknowledged, all else goes on, and so does the store once there is room.</summary>
/// <remarks>Mounts a file system of its own, so it needs root, and skips itself where it has not got it.</remarks>
public sealed class FullDiskTests
{
    private const long Small = 4 << 20, Large = 64 << 20;

    [Theory]
    [InlineData(KvDurability.Process)]
    [InlineData(KvDurability.Disk)]
    public void Write_FullDisk_IsRefusedUntilThereIsRoom_AndNothingAcknowledgedIsLost(KvDurability durability)
    {
        using var disk = MountedDisk.MountOrSkip("tmpfs", $"size={Small}");
        var home = new StoreOnDisk(disk.Path, durability);
        var store = home.Open();
        home.Write(store, 10);
        disk.Fill();

        home.WriteUntilRefused(store).ShouldBeOfType<KvStoreUnavailableException>().Message.ShouldContain(home.Path);

        var version = store.GetStatistics().Version;
        home.WriteUntilRefused(store).ShouldBeOfType<KvStoreUnavailableException>();
        store.GetStatistics().Version.ShouldBe(version);
        store.Exists(home.LastKey).ShouldBeFalse();
        home.ShouldHoldAllAcknowledged(store);
        home.ShouldBeRecoveredFromACopy();

        disk.Grow(Large);
        home.Wait();
        home.Write(store, 1000);
        home.ShouldHoldAllAcknowledged(store);
        store.Save().ShouldNotBeNull();
        store.Dispose();

        home.ShouldBeRecovered();
    }

    [Fact]
    public void Save_FullDisk_Fails_AndSavesOnceThereIsRoom()
    {
        using var disk = MountedDisk.MountOrSkip("tmpfs", $"size={Small}");
        var home = new StoreOnDisk(disk.Path, KvDurability.Process);
        var store = home.Open();
        home.Write(store, 10);
        disk.Fill();

        Should.Throw<KvStoreUnavailableException>(() => store.Save());
        store.GetStatistics().HasUnsavedChanges.ShouldBeTrue();
        home.Write(store);
        home.ShouldHoldAllAcknowledged(store);

        disk.Grow(Large);
        store.Save().ShouldNotBeNull();
        store.Dispose();

        home.ShouldBeRecovered();
    }

    [Theory]
    [InlineData(KvDurability.Process)]
    [InlineData(KvDurability.Disk)]
    public void Dispose_FullDisk_SaysThatItIsNotSaved_AndTheJournalHasIt(KvDurability durability)
    {
        using var disk = MountedDisk.MountOrSkip("tmpfs", $"size={Small}");
        var home = new StoreOnDisk(disk.Path, durability);
        var store = home.Open();
        home.Write(store, 10);
        disk.Fill();
        home.WriteUntilRefused(store);

        Should.Throw<KvStoreUnavailableException>(store.Dispose);

        disk.Grow(Large);
        home.ShouldBeRecovered();
    }
}
