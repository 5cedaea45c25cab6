using SnapshotKv.Diagnostics;
using SnapshotKv.Testing;
using SnapshotKv.Tests.Store;

namespace SnapshotKv.Tests.Journal;

/// <summary>A device that does not take what was appended: the store takes no more writes, reads go on, what is in memory is saved where that is possible, and opening it again is the way back.</summary>
public sealed class JournalFaultTests
{
    private static readonly KvEntryOptions OnDevice = new() { Durability = KvDurability.Disk };

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public static TheoryData<string> Faults() => [.. ByName.Keys];

    private static Dictionary<string, FileFault> ByName { get; } = new(StringComparer.Ordinal)
    {
        ["EIO"] = FileFault.InputOutput,
        ["EROFS"] = FileFault.ReadOnly,
        ["EIO after the fact"] = FileFault.InputOutput.AfterTheFact(),
        ["EIO, and the next flush lies"] = FileFault.InputOutput.LosingUnflushed(),
    };

    [Theory]
    [MemberData(nameof(Faults))]
    public async Task Flush_FailsInTheBackground_EndsWritesAndSavesWhatIsInMemory(string fault)
    {
        var home = new StoreHome { Durability = KvDurability.Process };
        var store = home.OpenWithoutSaves();
        store.Set("a", 1, new KvEntryOptions { Tags = ["tag"] });
        home.Files.FailWhen(FailingJournal.IsFlush, ByName[fault], times: 1);

        home.Clock.Advance(TimeSpan.FromSeconds(1));

        home.Log.Ids.Count(id => id == KvEventIds.JournalFaulted).ShouldBe(1);
        home.Snapshots().Count.ShouldBe(1, "a snapshot is tried at the fault");
        await FailingJournal.EveryWriteThrowsAsync<KvStoreFaultedException>(store, Cancellation);
        store.Read("a").ShouldBe(1);
        store.GetKeysByTag("tag").ShouldBe(["a"]);

        // It is final: that the disk is well again, or that time passes, proves nothing about what it holds.
        home.Clock.Advance(TimeSpan.FromHours(1));
        Should.Throw<KvStoreFaultedException>(() => store.Set("b", 1)).InnerException.ShouldBeOfType<IOException>();
        home.After(CrashKind.PowerCutLosingAll).ShouldBe(new() { ["a"] = 1 });

        await store.DisposeAsync();
        FailingJournal.Contents(home.Disk).ShouldBe(new() { ["a"] = 1 });
    }

    [Theory]
    [MemberData(nameof(Faults))]
    public void Flush_FailsForASynchronousWriter_LeavesItsOutcomeOpenAndTheCommitInMemory(string fault)
    {
        var (home, scheduler) = (new StoreHome { Durability = KvDurability.Disk }, new HeldScheduler());
        home.Scheduler = scheduler;
        var store = home.OpenWithoutSaves();
        store.Set("a", 1);
        home.Files.FailWhen(FailingJournal.IsFlush, ByName[fault], times: 1);

        var thrown = Should.Throw<KvStoreFaultedException>(() => store.Set("b", 2));

        thrown.Message.ShouldContain("/journal/");
        thrown.Message.ShouldContain("unknown");
        store.Read("b").ShouldBe(2);
        Should.Throw<KvStoreFaultedException>(() => store.Set("c", 3));
        Should.Throw<KvStoreFaultedException>(() => store.Set("c", 3, new KvEntryOptions { Durability = KvDurability.Process }));
        store.Read("c").ShouldBe(-1);
        home.After(CrashKind.PowerCutLosingAll)["a"].ShouldBe(1);

        scheduler.RunAll();
        home.After(CrashKind.PowerCutLosingAll).ShouldBe(new() { ["a"] = 1, ["b"] = 2 });
        store.Dispose();
    }

    [Theory]
    [MemberData(nameof(Faults))]
    public async Task Flush_FailsForThoseWhoAwait_IsToldToEachOfThem(string fault)
    {
        var (home, scheduler) = (new StoreHome { Durability = KvDurability.Disk }, new HeldScheduler());
        home.Scheduler = scheduler;
        await using var store = home.OpenWithoutSaves();
        store.Set("a", 1);
        using var hold = home.Files.Hold(FailingJournal.IsFlush);

        // The first is in the flush that hangs; the others wait for the next one, and nobody's thread waits with them.
        var first = store.SetAsync("b", 2, cancellationToken: Cancellation).AsTask();
        await hold.Reached;
        var others = Enumerable.Range(0, 20).Select(i => store.SetAsync($"c{i}", i, cancellationToken: Cancellation).AsTask()).ToArray();
        store.Read("c19").ShouldBe(19, "reads do not wait for the device");
        others.ShouldAllBe(task => !task.IsCompleted);
        home.Files.FailWhen(FailingJournal.IsFlush, ByName[fault]);
        hold.Release();

        await Should.ThrowAsync<KvStoreFaultedException>(first);
        foreach (var other in others)
        {
            await Should.ThrowAsync<KvStoreFaultedException>(other);
        }

        await Should.ThrowAsync<KvStoreFaultedException>(async () => await store.SetAsync("d", 4, cancellationToken: Cancellation));
        store.Count().ShouldBe(22);
        store.Exists("d").ShouldBeFalse();
        scheduler.RunAll();
        home.After(CrashKind.PowerCutLosingAll).Count.ShouldBe(22);
    }

    [Fact]
    public async Task Flush_FailsForThreadsThatWait_IsToldToEachOfThem()
    {
        var (home, scheduler) = (new StoreHome { Durability = KvDurability.Disk }, new HeldScheduler());
        home.Scheduler = scheduler;
        using var store = home.OpenWithoutSaves();
        store.Set("a", 1);
        using var hold = home.Files.Hold(FailingJournal.IsFlush);
        var first = Task.Run(() => store.Set("b", 2), Cancellation);
        await hold.Reached;
        var others = Enumerable.Range(0, 3).Select(i => Task.Run(() => store.Set($"c{i}", i), Cancellation)).ToArray();
        home.Files.FailWhen(FailingJournal.IsFlush, FileFault.InputOutput);

        hold.Release();

        await Should.ThrowAsync<KvStoreFaultedException>(first);
        foreach (var other in others)
        {
            await Should.ThrowAsync<KvStoreFaultedException>(other);
        }

        store.Read("b").ShouldBe(2);
    }

    [Theory]
    [InlineData(KvDurability.Disk, 0)]
    [InlineData(KvDurability.Disk, 5)]
    [InlineData(KvDurability.Disk, 40)]
    [InlineData(KvDurability.Process, 5)]
    public void Write_RefusedInTheMiddleOfAFrame_EndsWritesAndIsNoCommit(KvDurability durability, int bytes)
    {
        var (home, scheduler) = (new StoreHome { Durability = durability }, new HeldScheduler());
        home.Disk.MappingAllowed = false;
        home.Scheduler = scheduler;
        var store = home.OpenWithoutSaves();
        store.Set("a", 1);
        home.Files.FailWhen(operation => operation.Kind == FileOperationKind.Write && FailingJournal.IsJournal(operation), FileFault.InputOutput.AfterWriting(bytes), times: 1);

        Should.Throw<KvStoreFaultedException>(() => store.Set("b", 2));

        Should.Throw<KvStoreFaultedException>(() => store.Set("c", 3));
        store.Read("a").ShouldBe(1);
        store.Read("b").ShouldBe(-1);
        foreach (var crash in durability == KvDurability.Disk ? Enum.GetValues<CrashKind>() : [CrashKind.ProcessKilled])
        {
            for (var seed = 0; seed < 10; seed++)
            {
                home.After(crash, seed).ShouldBe(new() { ["a"] = 1 }, $"{crash}, seed {seed}");
            }
        }

        store.Dispose();
        FailingJournal.Contents(home.Disk)["a"].ShouldBe(1);
    }

    [Fact]
    public void Flush_FailsAndTheSaveToo_IsSavedByTheDisposal()
    {
        var home = new StoreHome { Durability = KvDurability.Process };
        var store = home.OpenWithoutSaves();
        store.Set("a", 1);
        home.Files.FailWhen(operation => operation.IsChange, FileFault.InputOutput);

        home.Clock.Advance(TimeSpan.FromSeconds(1));

        home.Snapshots().ShouldBeEmpty();
        Should.Throw<KvStoreFaultedException>(() => store.Set("b", 2));
        store.Read("a").ShouldBe(1);
        home.Files.Heal();
        store.Dispose();

        home.Snapshots().Count.ShouldBe(1);
        home.After(CrashKind.PowerCutLosingAll).ShouldBe(new() { ["a"] = 1 });
    }

    [Fact]
    public void Flush_FailsAndTheDiskIsGoneForGood_IsToldByTheDisposalAndLeavesAPrefix()
    {
        var home = new StoreHome { Durability = KvDurability.Process };
        var store = home.OpenWithoutSaves();
        for (var i = 0; i < 10; i++)
        {
            store.Set($"flushed {i}", i);
        }

        home.Clock.Advance(TimeSpan.FromSeconds(1));
        for (var i = 0; i < 10; i++)
        {
            store.Set($"not flushed {i}", i);
        }

        home.Files.FailFrom(1, FileFault.InputOutput);
        home.Clock.Advance(TimeSpan.FromSeconds(1));
        Should.Throw<KvStoreFaultedException>(() => store.Set("refused", 1));
        store.Read("not flushed 9").ShouldBe(9);
        Should.Throw<KvStoreUnavailableException>(store.Dispose);

        home.After(CrashKind.ProcessKilled).Count.ShouldBe(20);
        foreach (var crash in Enum.GetValues<CrashKind>())
        {
            for (var seed = 0; seed < 20; seed++)
            {
                var found = home.After(crash, seed);
                for (var i = 0; i < 10; i++)
                {
                    found[$"flushed {i}"].ShouldBe(i, $"{crash}, seed {seed}");
                    (found.Count > 10 + i).ShouldBe(found.ContainsKey($"not flushed {i}"), $"a prefix: {crash}, seed {seed}");
                }
            }
        }
    }

    [Fact]
    public void Dispose_SaveRefused_HasTheJournalOnTheDevice()
    {
        var home = new StoreHome { Durability = KvDurability.Process };
        var store = home.OpenWithoutSaves();
        store.Set("a", 1);
        home.Files.FailWhen(FailingJournal.IsSnapshot, FileFault.NoSpace);

        Should.Throw<KvStoreUnavailableException>(store.Dispose);

        home.Snapshots().ShouldBeEmpty();
        home.After(CrashKind.PowerCutLosingAll).ShouldBe(new() { ["a"] = 1 });
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Dispose_SaveRefusedAndTheFlushFails_SaysWhyTheSaveFailed(bool isAsync)
    {
        var home = new StoreHome { Durability = KvDurability.Process };
        var store = home.OpenWithoutSaves();
        store.Set("a", 1);
        home.Files.FailWhen(operation => FailingJournal.IsSnapshot(operation) || FailingJournal.IsFlush(operation), FileFault.InputOutput);

        var thrown = isAsync
            ? await Should.ThrowAsync<KvStoreUnavailableException>(async () => await store.DisposeAsync())
            : Should.Throw<KvStoreUnavailableException>(store.Dispose);

        thrown.Message.ShouldContain("/snapshots");
        home.Log.Ids.ShouldContain(KvEventIds.JournalFaulted);
        home.Files.Heal();
        home.Open().Dispose();
    }

    [Fact]
    public void Flush_FailsAfterARotation_IsAFaultWhicheverSegmentItIs()
    {
        var home = new StoreHome { Durability = KvDurability.Process };
        using var store = home.OpenWithoutSaves(options => options.MaxJournalBytes = 1 << 20);
        for (var i = 0; i < 5; i++)
        {
            store.SetBytes($"k{i}", new byte[60_000]);
        }

        home.Names("journal").Count.ShouldBeGreaterThan(1);
        home.Files.FailWhen(operation => FailingJournal.IsFlush(operation) && operation.Path.Contains("0001.journal", StringComparison.Ordinal), FileFault.InputOutput);

        home.Clock.Advance(TimeSpan.FromSeconds(1));

        Should.Throw<KvStoreFaultedException>(() => store.Set("b", 2, OnDevice));
    }
}
