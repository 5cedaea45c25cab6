using SnapshotKv.Diagnostics;
using SnapshotKv.Engine;
using SnapshotKv.Keyspace;
using SnapshotKv.Lifetime;
using SnapshotKv.Testing;
using SnapshotKv.Tests.Store;

namespace SnapshotKv.Tests.Journal;

/// <summary>A disk that refuses a new segment, or a journal that is full: the write is refused before it is anything, reads go on, and it heals by itself.</summary>
public sealed class JournalRefusalTests
{
    /// <summary>What a segment takes when the journal may have a mebibyte: two of the large values below fit.</summary>
    private const int SegmentBytes = 128 << 10;

    private static readonly byte[] Large = new byte[60_000];

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private static Dictionary<string, FileFault> ByName { get; } = new(StringComparer.Ordinal)
    {
        ["ENOSPC"] = FileFault.NoSpace,
        ["EACCES"] = FileFault.AccessDenied,
        ["EROFS"] = FileFault.ReadOnly,
        ["EIO"] = FileFault.InputOutput,
    };

    public static TheoryData<string> Faults() => [.. ByName.Keys];

    [Theory]
    [MemberData(nameof(Faults))]
    public async Task Set_FirstSegmentRefused_IsUnavailableAndNoCommit(string fault)
    {
        var home = new StoreHome { Durability = KvDurability.Process };
        await using var store = home.OpenWithoutSaves();
        home.Files.FailWhen(FailingJournal.IsJournal, ByName[fault]);

        var thrown = Should.Throw<KvStoreUnavailableException>(() => store.Set("a", 1));

        thrown.Message.ShouldContain("/journal");
        store.Exists("a").ShouldBeFalse();
        await Should.ThrowAsync<KvStoreUnavailableException>(async () => await store.SetAsync("a", 1, cancellationToken: Cancellation));
        await Should.ThrowAsync<KvStoreUnavailableException>(async () => await store.SetAsync("a", 1, new KvEntryOptions { Durability = KvDurability.Disk }, Cancellation));

        home.Files.Heal();
        home.Clock.Advance(TimeSpan.FromSeconds(1));
        store.Set("a", 1);
        home.After(CrashKind.ProcessKilled).ShouldBe(new() { ["a"] = 1 });
    }

    [Fact]
    public void Set_NextSegmentRefused_TakesNoNumber()
    {
        var home = new StoreHome { Durability = KvDurability.Process };
        using var store = home.OpenWithoutSaves(options => options.MaxJournalBytes = 1 << 20);
        store.SetBytes("a", Large);
        var last = store.Commit(store.CreateBatch().SetBytes("b", Large)).Version;
        home.Files.FailWhen(FailingJournal.IsJournal, FileFault.NoSpace);
        while (Record.Exception(() => last = store.Commit(store.CreateBatch().SetBytes("c", Large)).Version) is null)
        {
            // Until what was prepared is used up.
        }

        Should.Throw<KvStoreUnavailableException>(() => store.SetBytes("d", Large));
        home.Files.Heal();
        home.Clock.Advance(TimeSpan.FromSeconds(1));

        store.Commit(store.CreateBatch().SetBytes("e", Large)).Version.ShouldBe(last + 1);
    }

    [Fact]
    public async Task Write_SegmentRefused_IsUnavailableHoweverItIsMade()
    {
        var home = new StoreHome { Durability = KvDurability.Process };
        using (var before = home.Open())
        {
            before.Set("a", 1, new KvEntryOptions { Tags = ["tag"] });
        }

        await using var store = home.OpenWithoutSaves();
        home.Files.FailWhen(FailingJournal.IsJournal, FileFault.NoSpace);

        await FailingJournal.EveryWriteThrowsAsync<KvStoreUnavailableException>(store, Cancellation);

        store.Read("a").ShouldBe(1);
        store.GetKeysByTag("tag").ShouldBe(["a"]);
    }

    [Fact]
    public void Set_SegmentRefused_AsksTheDiskAgainOnceASecond()
    {
        var home = new StoreHome { Durability = KvDurability.Process };
        using var store = home.OpenWithoutSaves();
        home.Files.FailWhen(FailingJournal.IsJournal, FileFault.NoSpace);
        Should.Throw<KvStoreUnavailableException>(() => store.Set("a", 1));
        var operations = home.Files.OperationCount;

        for (var i = 0; i < 100; i++)
        {
            Should.Throw<KvStoreUnavailableException>(() => store.Set("a", 1));
        }

        home.Files.OperationCount.ShouldBe(operations);
        home.Clock.Advance(TimeSpan.FromMilliseconds(999));
        Should.Throw<KvStoreUnavailableException>(() => store.Set("a", 1));
        home.Files.OperationCount.ShouldBe(operations);

        home.Files.Heal();
        Should.Throw<KvStoreUnavailableException>(() => store.Set("a", 1));
        home.Clock.Advance(TimeSpan.FromMilliseconds(1));
        Should.NotThrow(() => store.Set("a", 1));
    }

    [Theory]
    [InlineData(KvDurability.Process)]
    [InlineData(KvDurability.Disk)]
    public void Set_EachOperationRefusedInTurn_KeepsWhatWasTakenAndTakesMoreLater(KvDurability durability)
    {
        var operations = Count();
        operations.ShouldBeGreaterThan(20);
        for (var n = 1; n <= operations; n++)
        {
            var home = new StoreHome { Durability = durability };
            using var store = home.OpenWithoutSaves(options => options.MaxJournalBytes = 1 << 20);
            store.SetBytes("k0", Large);
            home.Files.FailAt(home.Files.OperationCount + n, FileFault.ReadOnly);
            var taken = new List<string> { "k0" };
            var isFaulted = false;
            for (var i = 1; i < 6 && !isFaulted; i++)
            {
                isFaulted = !TrySet(home, store, $"k{i}", n);
                if (!isFaulted)
                {
                    taken.Add($"k{i}");
                }
            }

            // The very last flush may fail and its commit be taken nevertheless, when the snapshot that is tried at the fault holds it in time.
            var isLogged = home.Log.Ids.Contains(KvEventIds.JournalFaulted);
            (isFaulted && !isLogged).ShouldBeFalse($"operation {n}");
            (isLogged && durability == KvDurability.Process).ShouldBeFalse($"operation {n}: nothing of a commit itself can be refused");
            var found = home.After(durability == KvDurability.Disk ? CrashKind.PowerCutLosingAll : CrashKind.ProcessKilled).Keys;
            found.Take(taken.Count).ShouldBe(taken, $"operation {n}");
            found.Count.ShouldBeLessThanOrEqualTo(taken.Count + (isFaulted ? 1 : 0), $"operation {n}");
            home.Files.Heal();
        }

        int Count()
        {
            var home = new StoreHome { Durability = durability };
            using var store = home.OpenWithoutSaves(options => options.MaxJournalBytes = 1 << 20);
            store.SetBytes("k0", Large);
            var before = home.Files.OperationCount;
            for (var i = 1; i < 6; i++)
            {
                store.SetBytes($"k{i}", Large);
            }

            return home.Files.OperationCount - before;
        }

        static bool TrySet(StoreHome home, KvStore store, string key, int n)
        {
            switch (Record.Exception(() => store.SetBytes(key, Large)))
            {
                case null:
                    return true;
                case KvStoreUnavailableException:
                    store.Exists(key).ShouldBeFalse($"operation {n}");
                    home.Clock.Advance(TimeSpan.FromSeconds(1));
                    store.SetBytes(key, Large);
                    return true;
                case KvStoreFaultedException:
                    return false;
                case { } other:
                    throw new InvalidOperationException($"operation {n}", other);
            }
        }
    }

    [Fact]
    public void Set_NextSegmentRefusedInTheBackground_IsNotTriedForEachCommit()
    {
        var home = new StoreHome { Durability = KvDurability.Process };
        using var store = home.OpenWithoutSaves();
        store.SetBytes("large", new byte[900 << 10]);
        home.Files.FailWhen(operation => operation.Kind == FileOperationKind.CreateNew && FailingJournal.IsJournal(operation), FileFault.NoSpace);
        store.Set("a", 1);
        var before = home.Files.OperationCount;

        for (var i = 0; i < 100; i++)
        {
            store.Set("a", i);
        }

        home.Files.Trace.Skip(before).ShouldAllBe(operation => !operation.CanFail);
        home.Files.Heal();
        home.Clock.Advance(TimeSpan.FromSeconds(1));
        store.Set("a", 1);
        home.Names("journal").Count.ShouldBe(2);
    }

    [Fact]
    public void Set_NoRoomForALargeSegment_TakesASmallOne()
    {
        // The third would have four mebibytes, and the disk has one.
        var home = new StoreHome { Durability = KvDurability.Process };
        using var store = home.OpenWithoutSaves();
        store.SetBytes("a", new byte[500 << 10]);
        store.SetBytes("b", new byte[500 << 10]);
        home.Disk.CapacityBytes = home.Disk.UsedBytes + (1 << 20) + (64 << 10);

        var thrown = Record.Exception(() =>
        {
            for (var i = 0; i < 10; i++)
            {
                store.SetBytes("c", new byte[500 << 10]);
                home.Clock.Advance(TimeSpan.FromSeconds(1));
            }
        });

        thrown.ShouldBeOfType<KvStoreUnavailableException>();
        home.Disk.GetAvailableBytes(StoreHome.Path).ShouldBeLessThanOrEqualTo(64 << 10);
        home.Disk.CapacityBytes = 1L << 40;
    }

    [Fact]
    public void Set_RefusedWithoutAPreparation_BeginsAnewWithASmallSegment()
    {
        var home = new StoreHome { Durability = KvDurability.Process, Scheduler = new HeldScheduler() };
        using var store = home.OpenWithoutSaves();
        for (var i = 0; i < 6; i++)
        {
            store.SetBytes("a", new byte[900 << 10]);
        }

        var names = home.Names("journal");
        home.ReadFile("journal/" + names[^1]).Length.ShouldBe(4 << 20, "each is twice as large as the one before");
        home.Files.FailWhen(FailingJournal.IsJournal, FileFault.NoSpace);
        Record.Exception(() =>
        {
            for (var i = 0; i < 6; i++)
            {
                store.SetBytes("a", new byte[900 << 10]);
            }
        }).ShouldBeOfType<KvStoreUnavailableException>();
        home.Files.Heal();
        home.Clock.Advance(TimeSpan.FromSeconds(1));

        store.SetBytes("a", new byte[900 << 10]);

        home.ReadFile("journal/" + home.Names("journal").Except(names).ShouldHaveSingleItem()).Length.ShouldBe(1 << 20);
    }

    [Fact]
    public void Set_RefusedManyTimes_StillFindsAllTheRoomThereIs()
    {
        // What was set aside for a segment that could not be made is given back: else the journal would be full one day, of nothing.
        var home = new StoreHome { Durability = KvDurability.Process };
        using var store = home.OpenWithoutSaves(options => options.MaxJournalBytes = 1 << 20);
        home.Files.FailWhen(FailingJournal.IsJournal, FileFault.NoSpace);
        for (var i = 0; i < 50; i++)
        {
            Should.Throw<KvStoreUnavailableException>(() => store.Set("a", 1));
            home.Clock.Advance(TimeSpan.FromSeconds(1));
        }

        home.Files.Heal();
        home.Files.FailWhen(FailingJournal.IsSnapshot, FileFault.NoSpace);
        for (var i = 0; i < 14; i++)
        {
            store.SetBytes($"k{i}", Large);
        }

        home.JournalBytes().ShouldBeInRange(7 * SegmentBytes, 1 << 20);
        home.Files.Heal();
    }

    [Fact]
    public void Set_DiskFull_IsUnavailableUntilThereIsRoom()
    {
        var home = new StoreHome { Durability = KvDurability.Disk };
        using var store = home.OpenWithoutSaves();
        store.Set("a", 1);
        home.Disk.CapacityBytes = home.Disk.UsedBytes;

        // In the segment there is room, whatever the disk has.
        var written = 0;
        var thrown = Record.Exception(() =>
        {
            for (; written < 10_000; written++)
            {
                store.SetBytes($"k{written}", new byte[1000]);
            }
        });

        thrown.ShouldBeOfType<KvStoreUnavailableException>();
        written.ShouldBeGreaterThan(900);
        store.Count().ShouldBe(written + 1);
        home.Disk.CapacityBytes = 1 << 30;
        home.Clock.Advance(TimeSpan.FromSeconds(1));
        store.SetBytes($"k{written}", new byte[1000]);
        home.After(CrashKind.PowerCutLosingAll).Count.ShouldBe(written + 2);
    }

    [Fact]
    public async Task Set_JournalFullAndNoSnapshotCanBeSaved_IsUnavailableAndHeals()
    {
        var home = new StoreHome { Durability = KvDurability.Process };
        await using var store = home.OpenWithoutSaves(options => options.MaxJournalBytes = 1 << 20);
        home.Files.FailWhen(FailingJournal.IsSnapshot, FileFault.NoSpace);
        var written = 0;
        var thrown = Record.Exception(() =>
        {
            for (; written < 100; written++)
            {
                store.SetBytes($"k{written}", Large);
                home.JournalBytes().ShouldBeLessThanOrEqualTo(1 << 20);
            }
        });

        thrown.ShouldBeOfType<KvStoreUnavailableException>().Message.ShouldContain("MaxJournalBytes");
        written.ShouldBe(16);
        store.GetStatistics().WriteRefusal.ShouldNotBeNull();
        await Should.ThrowAsync<KvStoreUnavailableException>(async () => await store.SetAsync("refused", Large, cancellationToken: Cancellation));
        store.Count().ShouldBe(written);
        home.JournalBytes().ShouldBeLessThanOrEqualTo(1 << 20);
        home.After(CrashKind.ProcessKilled).Count.ShouldBe(written);

        home.Files.Heal();
        home.Clock.Advance(TimeSpan.FromSeconds(1));
        for (var i = 0; i < 100; i++)
        {
            store.SetBytes($"k{i}", Large);
            home.JournalBytes().ShouldBeLessThanOrEqualTo(1 << 20);
        }

        store.GetStatistics().WriteRefusal.ShouldBeNull("there has been room since");
        home.After(CrashKind.ProcessKilled).Count.ShouldBe(100);
    }

    [Fact]
    public void Remove_JournalFullAndNoSnapshotCanBeSaved_IsUnavailableAndHeals()
    {
        var home = new StoreHome { Durability = KvDurability.Process };
        using var store = home.OpenWithoutSaves(options => options.MaxJournalBytes = 1 << 20);
        var key = new string('k', 1000);
        store.Set(key, 1);
        home.Files.FailWhen(FailingJournal.IsSnapshot, FileFault.NoSpace);
        while (Record.Exception(() => store.SetBytes("filling", Large)) is null)
        {
            // Until it is full of large ones.
        }

        home.Clock.Advance(TimeSpan.FromSeconds(1));
        while (Record.Exception(() => store.Set("filling", 1)) is null)
        {
            // And of small ones.
        }

        home.Clock.Advance(TimeSpan.FromSeconds(1));
        Should.Throw<KvStoreUnavailableException>(() => store.Remove(key)).Message.ShouldContain("MaxJournalBytes");
        store.Exists(key).ShouldBeTrue();

        home.Files.Heal();
        home.Clock.Advance(TimeSpan.FromSeconds(1));
        store.Remove(key).ShouldBeTrue();
    }

    [Fact]
    public async Task SetAsync_JournalFull_DoesNotKeepTheThreadWhileASnapshotIsSaved()
    {
        var home = new StoreHome { Durability = KvDurability.Process, Scheduler = new HeldScheduler() };
        await using var store = home.OpenWithoutSaves(options => options.MaxJournalBytes = 1 << 20);
        for (var i = 0; i < 16; i++)
        {
            store.SetBytes($"k{i}", Large);
        }

        using var hold = home.Files.Hold(operation => operation.Kind == FileOperationKind.CreateNew && FailingJournal.IsSnapshot(operation));
        var waiting = Enumerable.Range(0, 4).Select(i => store.SetAsync($"more {i}", Large, cancellationToken: Cancellation).AsTask()).ToArray();
        await hold.Reached;
        waiting.ShouldAllBe(task => !task.IsCompleted);
        store.Exists("more 0").ShouldBeFalse();
        store.Exists("k15").ShouldBeTrue();
        home.Files.FailWhen(FailingJournal.IsSnapshot, FileFault.NoSpace);
        hold.Release();

        foreach (var task in waiting)
        {
            await Should.ThrowAsync<KvStoreUnavailableException>(task);
        }

        // One save was tried, and its failure was everybody's.
        home.Files.Trace.Count(operation => operation.Kind == FileOperationKind.CreateNew && FailingJournal.IsSnapshot(operation)).ShouldBe(1);
        home.Files.Heal();
        home.Clock.Advance(TimeSpan.FromSeconds(1));
        await store.SetAsync("healed", 1, cancellationToken: Cancellation);
        store.Count().ShouldBe(17);
    }

    [Fact]
    public void Set_JournalFullAndSavedByRequest_DoesNotWaitForTheSecond()
    {
        var home = new StoreHome { Durability = KvDurability.Process };
        using var store = home.OpenWithoutSaves(options => options.MaxJournalBytes = 1 << 20);
        home.Files.FailWhen(FailingJournal.IsSnapshot, FileFault.NoSpace);
        while (Record.Exception(() => store.SetBytes("filling", Large)) is null)
        {
            // Until it is full.
        }

        home.Files.Heal();
        store.Save();

        Should.NotThrow(() => store.SetBytes("a", Large));
    }

    [Fact]
    public void Set_LargerThanTheJournalMayBe_IsRefusedForGood()
    {
        var home = new StoreHome { Durability = KvDurability.Process };
        using var store = home.OpenWithoutSaves(options => options.MaxJournalBytes = 1 << 20);

        Should.Throw<KvStoreException>(() => store.SetBytes("a", new byte[1 << 20])).Message.ShouldContain("MaxJournalBytes");

        store.Exists("a").ShouldBeFalse();
        Should.NotThrow(() => store.SetBytes("a", new byte[(1 << 20) - 8192]));
    }

    [Fact]
    public void Commit_LargerThanAnyBuffer_IsRefusedForWhatItIs()
    {
        // The changes have their record in common: what they take together is never allocated.
        var home = new StoreHome { Durability = KvDurability.Process };
        var store = OpenStore.Open(
            new SnapshotKvOptions { Path = StoreHome.Path, TimeProvider = home.Clock, Durability = home.Durability },
            new StoreEnvironment(home.Files, home.Scheduler),
            location: null,
            Cancellation);
        var engine = store.Attach(new SnapshotKvOptions(), "test").Engine;
        var before = engine.Pipeline.Sequence;
        var large = new TableChange(SnapshotKv.Format.Record.Create(new() { Key = "a"u8, Value = new byte[16 << 20] }));

        var thrown = Should.Throw<KvStoreException>(() => engine.Commit([.. Enumerable.Repeat(large, 129)], [], KvDurability.Process));

        thrown.Message.ShouldContain("MaxJournalBytes");
        engine.Pipeline.Sequence.ShouldBe(before);
        store.Close();
    }

    [Fact]
    public async Task Set_JournalFullAndTheSaveFails_TriesToSaveAgainOnceASecond()
    {
        var home = new StoreHome { Durability = KvDurability.Process };
        await using var store = home.OpenWithoutSaves(options => options.MaxJournalBytes = 1 << 20);
        home.Files.FailWhen(FailingJournal.IsSnapshot, FileFault.NoSpace);
        while (Record.Exception(() => store.SetBytes("filling", Large)) is null)
        {
            // Until it is full.
        }

        var operations = home.Files.OperationCount;
        for (var i = 0; i < 20; i++)
        {
            Should.Throw<KvStoreUnavailableException>(() => store.SetBytes("a", Large)).Message.ShouldContain("MaxJournalBytes");
            await Should.ThrowAsync<KvStoreUnavailableException>(async () => await store.SetAsync("a", Large, cancellationToken: Cancellation));
        }

        home.Files.Trace.Skip(operations).ShouldAllBe(operation => !operation.Path.Contains("/snapshots/", StringComparison.Ordinal), "what filled segments hold may be flushed, but no save is tried");
        home.Files.Heal();
        home.Clock.Advance(TimeSpan.FromMilliseconds(999));
        Should.Throw<KvStoreUnavailableException>(() => store.SetBytes("a", Large));
        home.Clock.Advance(TimeSpan.FromMilliseconds(1));
        Should.NotThrow(() => store.SetBytes("a", Large));
    }
}
