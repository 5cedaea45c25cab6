using SnapshotKv.Testing;
using SnapshotKv.Tests.Store;

namespace SnapshotKv.Tests.Restores;

/// <summary>Disks that refuse, files that are damaged, and callers who give up: up to the commit nothing is changed.</summary>
public sealed class RestoreFaultTests
{
    public static TheoryData<KvDurability> Levels => RestoreHome.Levels;

    [Theory]
    [MemberData(nameof(Levels))]
    public void Restore_DiskFullFromAnyOperationOn_ChangesNothingOrIsDone(KvDurability level)
    {
        int refused = 0, done = 0, faulted = 0;
        for (var number = 1; ; number++)
        {
            var home = RestoreHome.At(level);
            using var store = home.Open(options => options.SaveDebounce = Timeout.InfiniteTimeSpan);
            store.Set("a", 1);
            var then = store.Save()!.FileName;
            store.Set("a", 2);
            var before = store.LastSequence;
            home.Files.FailFrom(home.Files.OperationCount + number, FileFault.NoSpace);
            var isRefused = false;
            try
            {
                var result = store.Restore(then);
                store.Contents().ShouldBe("a=1");
                done++;
                if (result.Saved is not null)
                {
                    break;
                }
            }
            catch (KvStoreUnavailableException)
            {
                isRefused = true;
                refused++;
                store.Contents().ShouldBe("a=2", $"operation {number}");
                store.LastSequence.ShouldBe(before);
            }
            catch (KvStoreFaultedException)
            {
                faulted++;
            }

            home.Files.Heal();
            if (isRefused)
            {
                store.Restore(then).Entries.ShouldBe(1);
                store.Contents().ShouldBe("a=1");
                using var killed = home.Killed().Open();
                killed.Contents().ShouldBe("a=1");
                killed.RecoveryReport.HasLostCommits.ShouldBeFalse();
            }
        }

        refused.ShouldBeGreaterThan(5);
        done.ShouldBeGreaterThan(1);
        faulted.ShouldBe(level == KvDurability.Disk ? faulted : 0);
    }

    [Fact]
    public void Restore_FaultedStore_LeavesNeitherPinsNorHolds()
    {
        var home = RestoreHome.At(KvDurability.Disk);
        using var store = home.Open(options => options.SaveDebounce = Timeout.InfiniteTimeSpan);
        store.Set("a", 1);
        var then = store.Save()!.FileName;
        store.Set("a", 2);
        var kept = store.Restore(then).BeforeName;
        home.Files.FailFrom(home.Files.OperationCount + 1, FileFault.InputOutput);
        Should.Throw<KvStoreFaultedException>(() => store.Set("a", 3));
        home.Files.Heal();
        var history = home.ReadFile("history.json");

        for (var i = 0; i < 7; i++)
        {
            Should.Throw<KvStoreFaultedException>(() => store.Restore(then));
        }

        home.ReadFile("history.json").ShouldBe(history);
        store.ListSnapshots().SelectMany(snapshot => snapshot.PinnedNames).ShouldBe([kept]);
    }

    [Fact]
    public void Restore_DamagedSnapshot_IsNamedAndChangesNothing()
    {
        var home = RestoreHome.At(KvDurability.Process);
        using var store = home.Open();
        store.Set("a", 1);
        var then = store.Save()!.FileName;
        store.Set("a", 2);
        var bytes = home.ReadFile("snapshots/" + then);
        for (var offset = 0; offset < bytes.Length; offset += 3)
        {
            var damaged = (byte[])bytes.Clone();
            damaged[offset] ^= 0x10;
            home.WriteFile("snapshots/" + then, damaged);
            try
            {
                // A byte of the gzip header that says nothing may differ.
                store.Restore(then);
                store.Contents().ShouldBe("a=1", $"offset {offset}");
                store.Set("a", 2);
            }
            catch (KvStoreCorruptedException exception)
            {
                exception.File.ShouldNotBeNull().ShouldEndWith(then);
            }

            store.Contents().ShouldBe("a=2", $"offset {offset}");
        }
    }

    [Fact]
    public async Task Restore_GivenUpWhileItReads_ChangesNothing()
    {
        var home = RestoreHome.At(KvDurability.Process);
        using var store = home.Open();
        store.Set("a", 1);
        var then = store.Save()!.FileName;
        store.Set("a", 2);
        var before = home.Snapshots();
        using var source = new CancellationTokenSource();
        home.Files.Before(operation => operation.Kind == FileOperationKind.Read && operation.Path.EndsWith(then, StringComparison.Ordinal), _ => source.Cancel());

        await Should.ThrowAsync<OperationCanceledException>(() => store.RestoreAsync(then, cancellationToken: source.Token));

        store.Contents().ShouldBe("a=2");
        home.Snapshots().ShouldBe(before);
        (await store.RestoreAsync(then, cancellationToken: TestContext.Current.CancellationToken)).Entries.ShouldBe(1);
    }

    [Fact]
    public async Task Restore_WhileAnotherRuns_WaitsAndCanBeGivenUp()
    {
        var home = RestoreHome.At(KvDurability.Process);
        using var store = home.Open();
        store.Set("a", 1);
        var then = store.Save()!.FileName;
        store.Set("a", 2);
        var token = TestContext.Current.CancellationToken;
        using var hold = home.Files.Hold(operation => operation.Kind == FileOperationKind.Read && operation.Path.EndsWith(then, StringComparison.Ordinal));
        var first = store.RestoreAsync(then, cancellationToken: token);
        await hold.Reached.WaitAsync(token);
        using var source = new CancellationTokenSource();

        var second = store.RestoreAsync(then, cancellationToken: source.Token);
        var third = store.RestoreAsync(then, cancellationToken: token);
        await source.CancelAsync();

        await Should.ThrowAsync<OperationCanceledException>(() => second);
        store.Set("b", 5);
        store.Save().ShouldNotBeNull();
        hold.Release();
        (await first).Version.ShouldBeLessThan((await third).Version);
        store.Contents().ShouldBe("a=1");
    }

    [Fact]
    public async Task Restore_StoreClosedMeanwhile_EndsAndLeavesTheDirectoryAlone()
    {
        var home = RestoreHome.At(KvDurability.Process);
        var store = home.Open();
        store.Set("a", 1);
        var then = store.Save()!.FileName;
        store.Set("a", 2);
        var token = TestContext.Current.CancellationToken;
        using var hold = home.Files.Hold(operation => operation.Kind == FileOperationKind.Read && operation.Path.EndsWith(then, StringComparison.Ordinal));
        var restore = store.RestoreAsync(then, cancellationToken: token);
        await hold.Reached.WaitAsync(token);

        var closing = store.DisposeAsync().AsTask();
        closing.IsCompleted.ShouldBeFalse();
        hold.Release();

        await closing;
        await Should.ThrowAsync<ObjectDisposedException>(() => restore);
        using var reopened = home.Open();
        reopened.Contents().ShouldBe("a=2");
    }

    /// <summary>Those who watch may restore, too, and would wait for the turn of the one that waits for them.</summary>
    [Fact]
    public void Restore_JournalFull_TellsNobodyOfTheSaveThatMakesRoomBeforeItsTurnIsOver()
    {
        var scheduler = new HeldScheduler();
        var home = new StoreHome { Durability = KvDurability.Process, SegmentSizes = new(64 << 10, 64 << 10), Scheduler = scheduler };
        using var store = home.Open(static options => (options.MaxJournalBytes, options.SaveDebounce) = (1 << 20, Timeout.InfiniteTimeSpan));
        store.Set("a", 1);
        var then = store.Save()!.FileName;
        store.Protect(new string('x', 60_000));
        var told = new List<KvSaveReason>();
        using var watcher = store.WatchSnapshots("", contents => told.Add(contents.Snapshot.Reason));
        var notes = 0;
        home.Files.Before(static operation => operation.Kind == FileOperationKind.Rename && operation.Path.Contains("history.json", StringComparison.Ordinal), _ =>
        {
            // At the pin, behind the save of what there is: others take all the room that the commit needs.
            for (notes++; notes == 2 && (store.GetStatistics() is { JournalUnusedBytes: > 20 << 10 } or { JournalBytes: <= 960 << 10 });)
            {
                store.SetBytes("fill", new byte[8 << 10]);
            }
        });
        store.Set("a", 2);

        store.Restore(then);

        store.ListSnapshots().Select(snapshot => snapshot.Reason).ShouldBe([KvSaveReason.Restore, KvSaveReason.Journal, KvSaveReason.BeforeRestore, KvSaveReason.Requested]);
        told.ShouldBe([KvSaveReason.Restore]);
        scheduler.RunAll();
        told.ShouldContain(KvSaveReason.Journal);
        told.ShouldContain(KvSaveReason.BeforeRestore);
        store.TryGet<int>("a", out var value).ShouldBeTrue();
        value.ShouldBe(1);
    }

    [Fact]
    public void Restore_FromAWatcherOfSnapshots_DoesNotWaitForItself()
    {
        var home = RestoreHome.At(KvDurability.Process);
        using var store = home.Open();
        store.Set("a", 1);
        var then = store.Save()!.FileName;
        var calls = 0;
        using var watcher = store.WatchSnapshots("", _ =>
        {
            if (calls++ == 0)
            {
                store.Restore(then);
            }
        });
        store.Set("a", 2);

        store.Save();

        calls.ShouldBeGreaterThan(1);
        store.Contents().ShouldBe("a=1");
    }
}
