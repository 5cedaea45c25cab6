using SnapshotKv.Testing;
using SnapshotKv.Tests.Store;

namespace SnapshotKv.Tests.Journal;

/// <summary>What goes into the journal, when it is flushed, and which of its files stay.</summary>
public sealed class JournalWritingTests
{
    private readonly StoreHome _home = new() { Durability = KvDurability.Process };

    [Fact]
    public void Open_WithoutAWrite_MakesNoSegment()
    {
        using (var store = _home.Open())
        {
            store.Count().ShouldBe(0);
            store.Remove("nothing").ShouldBeFalse();
        }

        _home.Names("journal").ShouldBeEmpty();
    }

    [Fact]
    public void Set_First_MakesASegmentThatHasItsNameOnTheDevice()
    {
        using var store = _home.Open();
        store.Set("k", 1);

        _home.Names("journal").ShouldBe(["000000000001.journal"]);
        _home.Disk.CrashImage(CrashKind.PowerCutLosingAll).FileExists("/data/journal/000000000001.journal").ShouldBeTrue();
    }

    [Fact]
    public void Set_AtLevelProcess_IsFlushedAfterTheInterval()
    {
        using var store = _home.Open(options => options.SaveDebounce = Timeout.InfiniteTimeSpan);
        store.Set("k", 1);
        var before = _home.Files.OperationCount;
        store.Set("k", 2);
        _home.Files.Trace.Skip(before).ShouldAllBe(operation => !IsFlush(operation));

        _home.Clock.Advance(TimeSpan.FromSeconds(1));
        _home.Files.Trace.Skip(before).Count(operation => IsFlush(operation)).ShouldBe(1);

        before = _home.Files.OperationCount;
        _home.Clock.Advance(TimeSpan.FromSeconds(10));
        _home.Files.OperationCount.ShouldBe(before, "nothing was written, so nothing is flushed");
    }

    [Fact]
    public void Set_AtLevelDisk_IsFlushedWhenItReturns()
    {
        using var store = _home.Open(options => options.SaveDebounce = Timeout.InfiniteTimeSpan);
        store.Set("k", 1);
        var before = _home.Files.OperationCount;
        store.Set("k", 2, new KvEntryOptions { Durability = KvDurability.Disk });
        _home.Files.Trace.Skip(before).Count(operation => IsFlush(operation)).ShouldBe(1);

        _home.Clock.Advance(TimeSpan.FromSeconds(10));
        _home.Files.Trace.Skip(before).Count(operation => IsFlush(operation)).ShouldBe(1, "the device has all, so nothing more is due");
    }

    [Fact]
    public void Open_AfterAKill_FlushesTheSegmentsItFindsBeforeItBuildsOnThem()
    {
        using (var store = _home.Open(options => options.SaveDebounce = Timeout.InfiniteTimeSpan))
        {
            store.Set("k", 1);
            var killed = new StoreHome(_home.Disk.CrashImage(CrashKind.ProcessKilled)) { Durability = KvDurability.Process };
            using var reopened = killed.Open(options => options.SaveDebounce = Timeout.InfiniteTimeSpan);

            killed.Files.Trace.Count(operation => operation.Kind == FileOperationKind.FlushData && operation.Path.EndsWith("000000000001.journal", StringComparison.Ordinal)).ShouldBe(1);
            killed.Disk.CrashImage(CrashKind.PowerCutLosingAll).FileExists("/data/journal/000000000001.journal").ShouldBeTrue();
        }
    }

    [Fact]
    public async Task SetAsync_AtLevelDisk_IsFlushedWhenItsTaskCompletes()
    {
        await using var store = _home.Open(options => options.Durability = KvDurability.Disk);
        await store.SetAsync("k", 1, cancellationToken: TestContext.Current.CancellationToken);
        _home.Files.Trace.Count(operation => IsFlush(operation))
            .ShouldBeGreaterThanOrEqualTo(2, "one for filling the segment, one for the commit");
    }

    [Fact]
    public async Task SetAsync_AtLevelProcess_IsDoneAtOnceAndFlushesNothing()
    {
        await using var store = _home.Open(options => options.SaveDebounce = Timeout.InfiniteTimeSpan);
        store.Set("k", 1);
        var before = _home.Files.OperationCount;
        store.SetAsync("k", 2, cancellationToken: TestContext.Current.CancellationToken).AsTask().IsCompletedSuccessfully.ShouldBeTrue();
        _home.Files.Trace.Skip(before).ShouldAllBe(operation => !IsFlush(operation));
    }

    [Fact]
    public async Task Write_OfOneKey_IsStoredThroughTheMappingOrWrittenByItsLevel()
    {
        var token = TestContext.Current.CancellationToken;
        await using var store = _home.Open(options => options.SaveDebounce = Timeout.InfiniteTimeSpan);
        store.Set("k", 1);
        KvEntryOptions process = new(), disk = new() { Durability = KvDurability.Disk };
        Written(() => store.Set("k", 2, process)).ShouldBe(FileOperationKind.Store);
        Written(() => store.Set("k", 3, disk)).ShouldBe(FileOperationKind.Write);
        var before = _home.Files.OperationCount;
        await store.SetAsync("k", 4, process, token);
        FirstSince(before).ShouldBe(FileOperationKind.Store);
        before = _home.Files.OperationCount;
        await store.SetAsync("k", 5, disk, token);
        FirstSince(before).ShouldBe(FileOperationKind.Write);
        Written(() => store.Remove("k")).ShouldBe(FileOperationKind.Store);

        FileOperationKind Written(Action write)
        {
            var start = _home.Files.OperationCount;
            write();
            return FirstSince(start);
        }

        FileOperationKind FirstSince(int start) => _home.Files.Trace.Skip(start).First(operation => operation.Kind is FileOperationKind.Store or FileOperationKind.Write).Kind;
    }

    [Fact]
    public void Remove_AtLevelDisk_IsWrittenByACall()
    {
        var home = new StoreHome { Durability = KvDurability.Disk };
        using var store = home.Open(options => options.SaveDebounce = Timeout.InfiniteTimeSpan);
        store.Set("k", 1);
        var before = home.Files.OperationCount;
        store.Remove("k").ShouldBeTrue();

        home.Files.Trace.Skip(before).Select(operation => operation.Kind).ShouldNotContain(FileOperationKind.Store);
    }

    [Fact]
    public void Disk_AtLevelSnapshot_MeansASnapshotThatHoldsTheWrite()
    {
        var home = new StoreHome();
        using var store = home.Open(options => options.SaveDebounce = Timeout.InfiniteTimeSpan);
        store.Set("k", 1);
        home.Snapshots().ShouldBeEmpty();
        store.Set("k", 2, new KvEntryOptions { Durability = KvDurability.Disk });
        home.Snapshots().Count.ShouldBe(1);
    }

    [Fact]
    public void Kill_AtLevelProcess_TakesNothing()
    {
        var store = _home.Open(options => options.SaveDebounce = Timeout.InfiniteTimeSpan);
        for (var i = 0; i < 100; i++)
        {
            store.Set($"k{i % 7}", i);
        }

        store.Remove("k3");
        var after = new StoreHome(_home.Disk.CrashImage(CrashKind.ProcessKilled)) { Durability = KvDurability.Process };
        using var reopened = after.Open();
        reopened.GetKeys().ShouldBe(["k0", "k1", "k2", "k4", "k5", "k6"]);
        reopened.TryGet<int>("k0", out var value).ShouldBeTrue();
        value.ShouldBe(98);
    }

    [Fact]
    public void Save_KeepsSegmentsBackToTheSnapshotBefore()
    {
        using var store = _home.Open(options => options.MaxJournalBytes = 1 << 20);
        var value = new byte[60_000];
        for (var generation = 0; generation < 4; generation++)
        {
            for (var i = 0; i < 4; i++)
            {
                store.SetBytes($"k{i}", value);
            }

            store.Save();
            _home.Clock.Advance(TimeSpan.FromSeconds(1));
        }

        // Two frames go into a segment: of the last two generations there are four, and one of before at most, not yet closed when its snapshot was saved.
        _home.Names("journal").Count.ShouldBeInRange(3, 6);
    }

    private static bool IsFlush(FileOperation operation) =>
        operation.Kind is FileOperationKind.FlushData or FileOperationKind.Flush && operation.Path.Contains("/journal/", StringComparison.Ordinal);
}
