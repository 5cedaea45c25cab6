using SnapshotKv.Diagnostics;
using SnapshotKv.Engine;
using SnapshotKv.FileSystem;
using SnapshotKv.Testing;
using SnapshotKv.Tests.FileSystem;
using SnapshotKv.Tests.Store;

namespace SnapshotKv.Tests.Journal;

/// <summary>Disks that have really failed, gone read-only or filled up. Mounts file systems of its own, so it skips itself where it may not.</summary>
public sealed class JournalDiskFaultTests
{
    private readonly ManualTimeProvider _clock = new();
    private readonly CollectingLogger _log = new();

    [Theory]
    [InlineData(KvDurability.Process)]
    [InlineData(KvDurability.Disk)]
    public void Set_DiskShutDown_EndsWritesAndReadsGoOn(KvDurability durability)
    {
        using var disk = Ext4Disk.MountOrSkip();
        Fails(disk, durability, disk.ShutDown);
    }

    [Theory]
    [InlineData(KvDurability.Process)]
    [InlineData(KvDurability.Disk)]
    public void Set_DiskGoneReadOnlyAfterAnError_EndsWritesAndReadsGoOn(KvDurability durability)
    {
        using var disk = Ext4Disk.MountOrSkip("errors=remount-ro");
        Fails(disk, durability, disk.MeetAnError);
    }

    [Theory]
    [InlineData(KvDurability.Process)]
    [InlineData(KvDurability.Disk)]
    public void Set_Ext4Full_IsUnavailableUntilThereIsRoom(KvDurability durability)
    {
        using var disk = Ext4Disk.MountOrSkip();
        FillsAndHeals(disk.Path, durability);
    }

    [Theory]
    [InlineData(KvDurability.Process)]
    [InlineData(KvDurability.Disk)]
    public void Set_TmpfsFull_IsUnavailableUntilThereIsRoom(KvDurability durability)
    {
        using var disk = MountedDisk.MountOrSkip("tmpfs", "size=6m");
        FillsAndHeals(disk.Path, durability);
    }

    [Fact]
    public void Set_OnOverlay_IsWrittenInsteadOfMapped()
    {
        using var disk = MountedDisk.MountOrSkip("overlay");
        using (var store = Open(disk.Path, KvDurability.Process))
        {
            store.Set("a", 1);
            _clock.Advance(TimeSpan.FromSeconds(1));
            store.Set("b", 2);
        }

        using var reopened = Open(disk.Path, KvDurability.Process);
        reopened.GetKeys().ShouldBe(["a", "b"]);
    }

    private void Fails(Ext4Disk disk, KvDurability durability, Action fail)
    {
        var store = Open(disk.Path, durability);
        for (var i = 0; i < 100; i++)
        {
            store.Set($"k{i}", i);
        }

        _clock.Advance(TimeSpan.FromSeconds(1));
        fail();

        // At the lower level the writes of the last second are taken: the kernel has them, whatever the disk says. Only then it is asked.
        if (durability == KvDurability.Process)
        {
            store.Set("late", 1);
            _clock.Advance(TimeSpan.FromSeconds(1));
        }

        Should.Throw<KvStoreFaultedException>(() => store.Set("refused", 1));
        Should.Throw<KvStoreFaultedException>(() => store.Set("refused", 1));
        _log.Ids.ShouldContain(KvEventIds.JournalFaulted);
        store.Read("k99").ShouldBe(99);
        Should.Throw<KvStoreUnavailableException>(store.Dispose);
    }

    private void FillsAndHeals(string directory, KvDurability durability)
    {
        var written = 0;
        using (var store = Open(directory, durability))
        {
            store.Set("first", 1);
            var filler = Path.Join(directory, "filler");
            File.WriteAllBytes(filler, new byte[2 << 20]);
            var thrown = Record.Exception(() =>
            {
                for (; written < 10_000; written++)
                {
                    store.SetBytes($"k{written}", new byte[4000]);
                }
            });

            thrown.ShouldBeOfType<KvStoreUnavailableException>();
            written.ShouldBeGreaterThan(100);
            store.Count().ShouldBe(written + 1);
            store.Read("first").ShouldBe(1);

            File.Delete(filler);
            _clock.Advance(TimeSpan.FromSeconds(1));
            store.Set("healed", 1);
            store.RemoveByPrefix("k").ShouldBe(written);
        }

        using var reopened = Open(directory, durability);
        reopened.GetKeys().ShouldBe(["first", "healed"]);
    }

    private KvStore Open(string directory, KvDurability durability) => KvStore.Open(
        new SnapshotKvOptions
        {
            Path = Path.Join(directory, "data"),
            TimeProvider = _clock,
            LoggerFactory = _log,
            Durability = durability,
            SaveDebounce = Timeout.InfiniteTimeSpan,
        },
        new StoreEnvironment(PhysicalFileSystem.Instance, new InlineScheduler()));
}
