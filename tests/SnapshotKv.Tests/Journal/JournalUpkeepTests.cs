using SnapshotKv.Engine;
using SnapshotKv.Testing;
using SnapshotKv.Tests.Store;

namespace SnapshotKv.Tests.Journal;

/// <summary>What goes on beside the commits, and meets them: segments made beforehand, slides told, limits that were lowered.</summary>
public sealed class JournalUpkeepTests
{
    private static readonly byte[] Large = new byte[60_000];

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Close_WhileASegmentIsMade_WaitsForItAndLeavesTheDirectoryToTheNext()
    {
        var home = new StoreHome { Durability = KvDurability.Process, Scheduler = ThreadPoolScheduler.Instance };
        var store = home.OpenWithoutSaves(options => options.MaxJournalBytes = 1 << 20);
        using var hold = home.Files.Hold(operation => operation.Kind == FileOperationKind.Rename && operation.Path.Contains("000000000002.journal", StringComparison.Ordinal));
        var saved = new TaskCompletionSource();
        home.Files.After(operation => operation.Kind == FileOperationKind.Rename && operation.Path.Contains("/snapshots/", StringComparison.Ordinal), _ => saved.TrySetResult());
        store.SetBytes("a", Large);
        store.SetBytes("b", Large);
        await hold.Reached;

        var closing = Task.Run(store.Dispose, Cancellation);
        await saved.Task;
        closing.IsCompleted.ShouldBeFalse();
        hold.Release();
        await closing;

        home.Names("journal").ShouldBe(["000000000001.journal"], "what was made too late is gone before the lock is");
    }

    [Fact]
    public void Prepare_ThatComesAfterTheClosing_MakesNoSegment()
    {
        var scheduler = new HeldScheduler();
        var home = new StoreHome { Durability = KvDurability.Process, Scheduler = scheduler };
        var store = home.OpenWithoutSaves();
        store.SetBytes("a", new byte[900 << 10]);
        store.Dispose();
        var names = home.Names("journal");

        scheduler.RunAll();

        home.Names("journal").ShouldBe(names);
    }

    [Fact]
    public void Open_WithALimitBelowWhatLiesThere_MakesRoomForTheFirstWrite()
    {
        var home = new StoreHome { Durability = KvDurability.Process };
        using (var store = home.OpenWithoutSaves(options => options.MaxJournalBytes = 16 << 20))
        {
            for (var i = 0; i < 60; i++)
            {
                store.SetBytes($"k{i % 3}", Large);
            }
        }

        using var reopened = home.OpenWithoutSaves(options => options.MaxJournalBytes = 1 << 20);
        reopened.GetStatistics().JournalBytes.ShouldBeGreaterThan(1 << 20);

        reopened.Set("k", 1);

        reopened.GetStatistics().JournalBytes.ShouldBeLessThanOrEqualTo(1 << 20);
    }

    [Fact]
    public void Slide_OfAnEntryThatWasReplaced_DoesNotReachTheOneInItsPlace()
    {
        var home = new StoreHome { Durability = KvDurability.Process };
        var store = home.OpenWithoutSaves();
        store.Set("k", 1, new KvEntryOptions { SlidingExpiration = TimeSpan.FromHours(1) });
        home.Clock.Advance(TimeSpan.FromSeconds(1));
        home.Clock.Advance(TimeSpan.FromMinutes(10));
        store.TryGet<int>("k", out _).ShouldBeTrue();

        store.Set("k", 2, new KvEntryOptions { SlidingExpiration = TimeSpan.FromMinutes(1) });
        store.Save();
        home.Clock.Advance(TimeSpan.FromSeconds(3));

        var after = new StoreHome(home.Disk.CrashImage(CrashKind.ProcessKilled), home.Clock) { Durability = KvDurability.Process };
        using var reopened = after.Open();
        home.Clock.Advance(TimeSpan.FromMinutes(1));
        reopened.Exists("k").ShouldBeFalse();
    }
}
