using SnapshotKv.Diagnostics;
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

    [Fact]
    public void Slide_ThatTheJournalRefused_IsToldOnceThereIsRoom()
    {
        var home = new StoreHome { Durability = KvDurability.Process, SegmentSizes = new(8 << 10, 8 << 10) };
        var key = SlideAndRefuse(home, out var store);
        home.Clock.Advance(TimeSpan.FromSeconds(10));
        store.GetStatistics().JournalBytes.ShouldBe(16 << 10);
        home.Log.Ids.Count(id => id == KvEventIds.JournalSlidesNotTold).ShouldBe(1, "not each second");

        home.Files.Heal();
        home.Clock.Advance(TimeSpan.FromSeconds(3));

        ShouldHaveSlid(home, key);
    }

    [Fact]
    public void Slide_ThatMovesOnWhileTheJournalRefuses_IsToldAsItIsThen()
    {
        var home = new StoreHome { Durability = KvDurability.Process, SegmentSizes = new(8 << 10, 8 << 10) };
        var key = SlideAndRefuse(home, out var store);
        for (var i = 0; i < 5; i++)
        {
            home.Clock.Advance(TimeSpan.FromMinutes(4));
            store.TryGet<int>(key, out _).ShouldBeTrue();
        }

        home.Files.Heal();
        home.Clock.Advance(TimeSpan.FromSeconds(3));

        ShouldHaveSlid(home, key);
    }

    /// <summary>An entry of an hour that was read ten minutes later, told to a journal that has no room for it.</summary>
    private static string SlideAndRefuse(StoreHome home, out KvStore store)
    {
        var key = new string('k', 1000);
        store = home.OpenWithoutSaves();
        store.Set(key, 1, new KvEntryOptions { SlidingExpiration = TimeSpan.FromHours(1) });
        home.Clock.Advance(TimeSpan.FromSeconds(2));
        home.Clock.Advance(TimeSpan.FromMinutes(10));
        store.TryGet<int>(key, out _).ShouldBeTrue();
        home.Files.FailWhen(static operation => operation.Kind == FileOperationKind.CreateNew && operation.Path.Contains("/journal/", StringComparison.Ordinal), FileFault.NoSpace);
        store.SetBytes("filler", new byte[2500]);
        store.SetBytes("filler", new byte[3500]);
        home.Clock.Advance(TimeSpan.FromSeconds(2));
        home.Log.Ids.ShouldContain(KvEventIds.JournalSlidesNotTold);
        return key;
    }

    /// <summary>After a crash the entry is still there nearly an hour later.</summary>
    private static void ShouldHaveSlid(StoreHome home, string key)
    {
        home.Clock.Advance(TimeSpan.FromMinutes(54));
        using var after = new StoreHome(home.Disk.CrashImage(CrashKind.ProcessKilled), home.Clock) { Durability = KvDurability.Process }.Open();
        after.Exists(key).ShouldBeTrue();
    }
}
