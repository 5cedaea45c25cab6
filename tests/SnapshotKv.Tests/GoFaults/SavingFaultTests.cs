using SnapshotKv.Testing;
using SnapshotKv.Tests.Store;

namespace SnapshotKv.Tests.GoFaults;

/// <summary>Faults of the original around saving and closing; the table is <c>docs/faults-of-the-original.md</c>.</summary>
public sealed class SavingFaultTests
{
    [Fact(Timeout = 60_000)]
    public async Task Fault10_CloseDuringASaveWithASweepDue_Ends()
    {
        var home = new StoreHome();
        var store = home.Open(options => options.SaveDebounce = Timeout.InfiniteTimeSpan);
        store.Set("dead", 1, TimeSpan.FromMinutes(1));
        store.Set("live", 2);
        Task? closing = null;
        home.Files.Before(
            operation => operation.Kind == FileOperationKind.Write && operation.Path.Contains("snapshots", StringComparison.Ordinal) && closing is null,
            _ =>
            {
                // The save is running; the sweep comes due, runs, and meanwhile somebody closes the store.
                closing = Task.Run(store.Dispose, TestContext.Current.CancellationToken);
                home.Clock.Advance(TimeSpan.FromMinutes(10));
            });

        store.Save();

        await closing.ShouldNotBeNull();
        using var reopened = home.Open();
        reopened.GetKeys().ShouldBe(["live"]);
    }

    [Fact]
    public void Fault12_DiskFull_SavesFailAloudAndTheGoodSnapshotsStay()
    {
        var home = new StoreHome();
        using (var store = home.Open(options => (options.MaxSnapshots, options.SaveDebounce) = (3, Timeout.InfiniteTimeSpan)))
        {
            for (var generation = 1; generation <= 2; generation++)
            {
                store.Set("generation", generation);
                store.Set($"incompressible:{generation}", Random.Shared.GetItems(Enumerable.Range(0, 256).Select(i => (byte)i).ToArray(), 10_000));
                store.Save();
            }

            var good = home.Snapshots();
            home.Disk.CapacityBytes -= home.Disk.GetAvailableBytes("/") - 4096;
            for (var attempt = 1; attempt <= 3; attempt++)
            {
                store.Set("generation", 2 + attempt);

                Should.Throw<KvStoreUnavailableException>(() => store.Save()).Message.ShouldContain("No space left");

                home.Snapshots().ShouldBe(good);
            }

            Should.Throw<KvStoreUnavailableException>(store.Dispose);
        }

        home.Disk.CapacityBytes += 1 << 20;
        using var reopened = home.Open();
        reopened.TryGet<int>("generation", out var found).ShouldBeTrue();
        found.ShouldBe(2);
    }

    [Fact]
    public void Fault14_RestartsWithinOneSecond_NeverLoseTheLatestSave()
    {
        var home = new StoreHome();
        for (var generation = 1; generation <= 6; generation++)
        {
            using var store = home.Open(options => options.MaxSnapshots = 2);
            store.TryGet<int>("generation", out var last).ShouldBe(generation > 1);
            last.ShouldBe(generation - 1);
            store.Set("generation", generation);
            store.Save();
        }

        home.Snapshots().Count.ShouldBe(2);
    }

    [Fact]
    public void Fault37_CounterAtItsEnd_TheNextSnapshotStillSortsBehind()
    {
        var home = new StoreHome();
        using (var store = home.Open())
        {
            store.Set("generation", 1);
            store.Save();
        }

        home.Disk.Rename($"{StoreHome.Path}/snapshots/{home.Snapshots().Single()}", $"{StoreHome.Path}/snapshots/data-20260101-000000-ffff.msgpack.gz");
        using (var store = home.Open())
        {
            store.Set("generation", 2);
        }

        home.Snapshots().ShouldBe(["data-20260101-000000-ffff.msgpack.gz", "data-20260101-000001-0000.msgpack.gz"]);
        using var reopened = home.Open();
        reopened.TryGet<int>("generation", out var found).ShouldBeTrue();
        found.ShouldBe(2);
    }

    [Fact]
    public void Fault39_WhenCloseReturns_RetentionIsDone()
    {
        var home = new StoreHome();
        for (var round = 0; round < 20; round++)
        {
            using (var store = home.Open(options => options.MaxSnapshots = 2))
            {
                store.Set("round", round);
            }

            home.Snapshots().Count.ShouldBeLessThanOrEqualTo(2);
        }
    }

    [Fact]
    public void Fault40_SaveThatFails_LeavesNoTemporaryFile()
    {
        var home = new StoreHome();
        using var store = home.Open(options => options.SaveDebounce = Timeout.InfiniteTimeSpan);
        store.Set("a", 1);
        home.Files.FailWhen(FileOperationKind.Write, FileFault.NoSpace.AfterWriting(10), times: 1);

        Should.Throw<KvStoreUnavailableException>(() => store.Save());

        home.Snapshots().ShouldBeEmpty();
    }
}
