using SnapshotKv.Testing;
using SnapshotKv.Tests.Store;

namespace SnapshotKv.Tests.Diagnostics;

/// <summary>What a store tells of its journal: its size, what the device has of it, and whether it takes writes.</summary>
public sealed class JournalStatisticsTests
{
    private readonly StoreHome _home = new() { Durability = KvDurability.Process };

    [Theory]
    [InlineData(KvDurability.Snapshot)]
    [InlineData(KvDurability.Process)]
    [InlineData(KvDurability.Disk)]
    public void Durability_IsTheStores(KvDurability level)
    {
        using var store = _home.Open(options => options.Durability = level);

        store.GetStatistics().Durability.ShouldBe(level);
    }

    [Fact]
    public void Journal_BeforeTheFirstCommit_TakesNothing()
    {
        using var store = _home.Open();

        var statistics = store.GetStatistics();
        statistics.JournalBytes.ShouldBe(0);
        statistics.JournalUnusedBytes.ShouldBe(0);
        statistics.DurableVersion.ShouldBe(statistics.Version);
        statistics.UnflushedCommits.ShouldBe(0);
        statistics.MaxJournalBytes.ShouldBe(1L << 30);
    }

    [Fact]
    public void Journal_WithACommit_TakesItsWholeFile_OfWhichMostIsUnused()
    {
        using var store = _home.Open();
        store.SetBytes("k", new byte[1000]);

        var statistics = store.GetStatistics();
        statistics.JournalBytes.ShouldBe(1 << 20, "a segment is filled before it is used");
        statistics.JournalBytes.ShouldBe(_home.Disk.List(StoreHome.Path + "/journal").Sum(entry => entry.Length));
        statistics.JournalUsedBytes.ShouldBeInRange(4096 + 1000, 4096 + 1200, "a page for the header, and the commit");
        statistics.JournalUnusedBytes.ShouldBe(statistics.JournalBytes - statistics.JournalUsedBytes);
    }

    [Fact]
    public void UnflushedCommits_AtLevelProcess_AreThoseOfTheInterval()
    {
        using var store = _home.Open();
        store.Set("a", 1);
        store.Set("b", 1);
        store.GetStatistics().UnflushedCommits.ShouldBe(2);

        _home.Clock.Advance(TimeSpan.FromSeconds(1));

        var statistics = store.GetStatistics();
        statistics.UnflushedCommits.ShouldBe(0);
        statistics.DurableVersion.ShouldBe(statistics.Version);
    }

    [Fact]
    public void UnflushedCommits_AtLevelDisk_AreNone_AndOneWriteCarriesTheOthersWithIt()
    {
        using var store = _home.Open();
        store.Set("a", 1);
        store.Set("b", 1, new KvEntryOptions { Durability = KvDurability.Disk });

        store.GetStatistics().UnflushedCommits.ShouldBe(0);
    }

    [Fact]
    public void UnflushedCommits_AtLevelSnapshot_WaitForTheSnapshot()
    {
        using var store = _home.Open(options => options.Durability = KvDurability.Snapshot);
        store.Set("a", 1);
        store.GetStatistics().UnflushedCommits.ShouldBe(1);
        store.Save();

        store.GetStatistics().UnflushedCommits.ShouldBe(0);
    }

    [Fact]
    public void UnflushedCommits_InMemoryOnlyMode_AreNone()
    {
        using var store = _home.Open(options => options.Path = null);
        store.Set("a", 1);

        var statistics = store.GetStatistics();
        statistics.UnflushedCommits.ShouldBe(0);
        statistics.DurableVersion.ShouldBeNull();
        statistics.Durability.ShouldBe(KvDurability.Snapshot, "nothing outlives the process");
        statistics.IsRefusingWrites.ShouldBeFalse();
    }

    [Fact]
    public void Fault_AfterAFlushThatFailed_IsTold_AndStays()
    {
        using var store = _home.Open();
        store.Set("a", 1);
        _home.Files.FailWhen(FileOperationKind.FlushData, FileFault.InputOutput);
        _home.Clock.Advance(TimeSpan.FromSeconds(1));

        var statistics = store.GetStatistics();
        statistics.IsFaulted.ShouldBeTrue();
        statistics.Fault.ShouldBeAssignableTo<IOException>();
        statistics.IsRefusingWrites.ShouldBeTrue();
        _home.Files.Heal();
        Should.Throw<KvStoreFaultedException>(() => store.Set("b", 1));
        store.GetStatistics().IsFaulted.ShouldBeTrue("only a new opening takes it away");
        store.TryGet<int>("a", out _).ShouldBeTrue();
    }

    [Fact]
    public void WriteRefusal_WhileNoSegmentCanBeMade_IsTold_AndGoesWithTheFirstWriteThatFindsRoom()
    {
        using var store = _home.Open();
        _home.Files.FailWhen(operation => operation.Path.Contains("/journal", StringComparison.Ordinal), FileFault.NoSpace);
        Should.Throw<KvStoreUnavailableException>(() => store.Set("a", 1));

        var refusing = store.GetStatistics();
        refusing.WriteRefusal.ShouldNotBeNull();
        refusing.IsRefusingWrites.ShouldBeTrue();
        refusing.IsFaulted.ShouldBeFalse();

        _home.Files.Heal();
        Should.Throw<KvStoreUnavailableException>(() => store.Set("a", 1), "it is tried anew after a second");
        store.GetStatistics().IsRefusingWrites.ShouldBeTrue();
        _home.Clock.Advance(TimeSpan.FromSeconds(1));
        store.Set("a", 1);
        store.GetStatistics().IsRefusingWrites.ShouldBeFalse();
    }

    [Fact]
    public void WriteRefusal_WhileNoSnapshotCanMakeRoom_IsTold()
    {
        using var store = _home.Open(options => (options.MaxJournalBytes, options.SaveDebounce) = (1 << 20, Timeout.InfiniteTimeSpan));
        _home.Files.FailWhen(operation => operation.Kind == FileOperationKind.CreateNew && operation.Path.Contains("/snapshots/", StringComparison.Ordinal), FileFault.NoSpace);
        var value = new byte[60_000];
        Should.Throw<KvStoreUnavailableException>(() =>
        {
            for (var i = 0; i < 100; i++)
            {
                store.SetBytes("k", value);
            }
        });
        store.GetStatistics().WriteRefusal.ShouldBeOfType<KvStoreUnavailableException>().Message.ShouldContain("MaxJournalBytes");

        // A save that was refused a moment ago is not tried again with each write.
        _home.Files.Heal();
        _home.Clock.Advance(TimeSpan.FromSeconds(1));
        store.SetBytes("k", value);
        store.GetStatistics().IsRefusingWrites.ShouldBeFalse();
    }

    [Fact]
    public void JournalBytes_NeverGoBeyondTheLimit()
    {
        using var store = _home.Open(options => options.MaxJournalBytes = 1 << 20);
        var value = new byte[60_000];
        for (var i = 0; i < 200; i++)
        {
            store.SetBytes($"k{i % 3}", value);
            store.GetStatistics().JournalBytes.ShouldBeLessThanOrEqualTo(1 << 20);
        }

        store.GetStatistics().JournalBytes.ShouldBe(_home.Disk.List(StoreHome.Path + "/journal").Sum(entry => entry.Length));
    }
}
