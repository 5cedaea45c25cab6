using SnapshotKv.Diagnostics;
using SnapshotKv.Engine;
using SnapshotKv.Lifetime;
using SnapshotKv.Testing;
using SnapshotKv.Tests.Keyspace;

namespace SnapshotKv.Tests.Store;

public sealed class KvStoreSavingTests
{
    private readonly StoreHome _home = new();

    [Fact]
    public void Save_WritesEverything_AndReopeningReadsIt()
    {
        using (var store = _home.Open())
        {
            store.Set("text", "hello");
            store.SetBytes("bytes", [1, 2, 3]);
            store.Save().ShouldNotBeNull();
        }

        using var reopened = _home.Open();
        reopened.TryGet<string>("text", out var text).ShouldBeTrue();
        text.ShouldBe("hello");
        reopened.TryGetBytes("bytes", out var bytes).ShouldBeTrue();
        bytes.ShouldBe([1, 2, 3]);
        reopened.RecoveryReport.LoadedSnapshot.ShouldNotBeNull();
        reopened.RecoveryReport.FellBack.ShouldBeFalse();
    }

    [Fact]
    public async Task SetAsync_ThenTheDebounce_IsSaved()
    {
        await using var store = _home.Open();
        await store.SetAsync("k", 1, cancellationToken: TestContext.Current.CancellationToken);
        _home.Snapshots().ShouldBeEmpty();
        _home.Clock.Advance(TimeSpan.FromSeconds(10));
        _home.Snapshots().Count.ShouldBe(1);
    }

    [Fact]
    public void Save_NothingNew_WritesNoFile()
    {
        using var store = _home.Open();
        store.Set("k", 1);
        var first = store.Save();
        var second = store.Save();

        second.ShouldBe(first);
        _home.Snapshots().ShouldBe([first!.FileName]);
        store.Dispose();
        _home.Snapshots().Count.ShouldBe(1);

        using var reopened = _home.Open();
        reopened.Save()!.FileName.ShouldBe(first.FileName);
        reopened.Dispose();
        _home.Snapshots().Count.ShouldBe(1);
    }

    [Fact]
    public void Save_EmptyNewStore_WritesTheFirstSnapshotWhenAskedAndNoneWhenClosed()
    {
        _home.Open().Dispose();
        _home.Snapshots().ShouldBeEmpty();

        using var store = _home.Open();
        store.Save().ShouldNotBeNull();
        _home.Snapshots().Count.ShouldBe(1);
    }

    [Fact]
    public void Debounce_CountsFromTheFirstUnsavedChange()
    {
        using var store = _home.Open(options => options.SaveDebounce = TimeSpan.FromSeconds(10));
        store.Set("k", 1);
        _home.Clock.Advance(TimeSpan.FromSeconds(6));
        store.Set("k", 2);
        _home.Clock.Advance(TimeSpan.FromSeconds(3.9));
        _home.Snapshots().ShouldBeEmpty();

        _home.Clock.Advance(TimeSpan.FromSeconds(0.1));
        _home.Snapshots().Count.ShouldBe(1);
        _home.Clock.Advance(TimeSpan.FromDays(1));
        _home.Snapshots().Count.ShouldBe(1);

        store.Set("k", 3);
        _home.Clock.Advance(TimeSpan.FromSeconds(10));
        _home.Snapshots().Count.ShouldBe(2);
    }

    [Fact]
    public void Debounce_AfterAnAskedSave_WritesNoDuplicate()
    {
        using var store = _home.Open();
        store.Set("k", 1);
        store.Save();
        _home.Clock.Advance(TimeSpan.FromDays(1));

        _home.Snapshots().Count.ShouldBe(1);
    }

    [Fact]
    public void Debounce_Zero_SavesAfterEachCommit()
    {
        using var store = _home.Open(options => (options.SaveDebounce, options.MaxSnapshots) = (TimeSpan.Zero, 100));
        store.Set("a", 1);
        store.Set("b", 1);
        store.Commit(new KvBatch().Remove("a").Remove("b"));

        _home.Snapshots().Count.ShouldBe(3);
    }

    [Fact]
    public void Debounce_Infinite_SavesOnlyWhenAskedAndOnDisposal()
    {
        using var store = _home.Open(options => options.SaveDebounce = Timeout.InfiniteTimeSpan);
        store.Set("a", 1);
        _home.Clock.Advance(TimeSpan.FromDays(30));
        _home.Snapshots().ShouldBeEmpty();

        store.Dispose();
        _home.Snapshots().Count.ShouldBe(1);
    }

    [Fact]
    public void Debounce_SlideOnly_IsSavedToo()
    {
        using var store = _home.Open();
        store.Set("k", 1, new KvEntryOptions { SlidingExpiration = TimeSpan.FromHours(1) });
        store.Save();
        _home.Clock.Advance(TimeSpan.FromMinutes(30));
        store.Refresh("k");
        _home.Clock.Advance(TimeSpan.FromMinutes(9));
        _home.Snapshots().Count.ShouldBe(1);
        _home.Clock.Advance(TimeSpan.FromMinutes(1));
        _home.Snapshots().Count.ShouldBe(2);

        // A change does not wait for the slides before it.
        store.Refresh("k");
        store.Set("other", 1);
        _home.Clock.Advance(TimeSpan.FromSeconds(10));
        _home.Snapshots().Count.ShouldBe(3);
        _home.Clock.Advance(TimeSpan.FromMinutes(20));
        _home.Snapshots().Count.ShouldBe(3);
    }

    [Fact]
    public void Commit_ThatChangesNothing_IsNoneAndNothingIsSaved()
    {
        using var store = _home.Open(options => options.SaveDebounce = TimeSpan.Zero);
        store.Set("k", 1);
        store.Commit(new KvBatch().Remove("missing").Remove("also missing"));
        store.Remove("missing");
        store.RemoveByPrefix("missing");

        _home.Snapshots().Count.ShouldBe(1);
    }

    [Fact]
    public async Task Dispose_WhileAnotherDisposalSaves_WaitsForIt()
    {
        var store = _home.Open();
        store.Set("k", 1);
        using var mayGoOn = new ManualResetEventSlim();
        var isSaving = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _home.Files.Before(operation => operation.Kind == FileOperationKind.CreateNew, _ =>
        {
            isSaving.TrySetResult();
            mayGoOn.Wait(TestContext.Current.CancellationToken);
        });
        var first = Task.Run(store.Dispose, TestContext.Current.CancellationToken);
        await isSaving.Task.WaitAsync(TestContext.Current.CancellationToken);
        var second = store.DisposeAsync().AsTask();

        second.IsCompleted.ShouldBeFalse();
        mayGoOn.Set();
        await first;
        await second;
        _home.Snapshots().Count.ShouldBe(1);
    }

    [Fact]
    public void TimedSave_ThatTakesLong_RestsTwentyTimesAsLong()
    {
        using var store = _home.Open(options => options.SaveDebounce = TimeSpan.FromSeconds(1));
        var isSlow = true;
        _home.Files.Before(operation => isSlow && operation.Kind == FileOperationKind.CreateNew, _ => _home.Clock.Advance(TimeSpan.FromSeconds(10)));
        store.Set("k", 1);
        _home.Clock.Advance(TimeSpan.FromSeconds(1));
        _home.Snapshots().Count.ShouldBe(1);
        isSlow = false;

        store.Set("k", 2);
        _home.Clock.Advance(TimeSpan.FromSeconds(199));
        _home.Snapshots().Count.ShouldBe(1);
        _home.Clock.Advance(TimeSpan.FromSeconds(1));
        _home.Snapshots().Count.ShouldBe(2);
        store.Set("k", 3);
        store.Save();
        _home.Snapshots().Count.ShouldBe(3);
    }

    [Fact]
    public void TimedSave_ThatFails_IsLoggedAndTriedAgainWithBackOffUntilItWorks()
    {
        using var store = _home.Open();
        _home.Files.FailWhen(FileOperationKind.CreateNew, FileFault.NoSpace);
        store.Set("k", 1);
        _home.Clock.Advance(TimeSpan.FromSeconds(10));
        Failures().ShouldBe(1);
        _home.Clock.Advance(TimeSpan.FromSeconds(1));
        Failures().ShouldBe(2);
        _home.Clock.Advance(TimeSpan.FromSeconds(1));
        Failures().ShouldBe(2);
        _home.Clock.Advance(TimeSpan.FromSeconds(1));
        Failures().ShouldBe(3);
        _home.Clock.Advance(TimeSpan.FromHours(1));
        Failures().ShouldBeInRange(50, 70);
        store.TryGet<int>("k", out _).ShouldBeTrue();

        _home.Files.Heal();
        _home.Clock.Advance(TimeSpan.FromSeconds(64));
        _home.Snapshots().Count.ShouldBe(1);

        int Failures() => _home.Log.Ids.Count(id => id == KvEventIds.SnapshotSaveFailed);
    }

    [Fact]
    public void Save_ThatFails_SaysSoKeepsTheOldOnesAndTheDirtyState()
    {
        using var store = _home.Open();
        store.Set("k", 1);
        var good = store.Save();
        store.Set("k", 2);
        _home.Files.FailWhen(FileOperationKind.Flush, FileFault.InputOutput);

        var thrown = Should.Throw<KvStoreUnavailableException>(() => store.Save());
        thrown.Message.ShouldContain("/data/snapshots/");
        thrown.InnerException.ShouldBeAssignableTo<IOException>();
        _home.Snapshots().ShouldBe([good!.FileName]);

        _home.Files.Heal();
        store.Save()!.FileName.ShouldNotBe(good.FileName);
        store.Dispose();
        using var reopened = _home.Open();
        reopened.TryGet<int>("k", out var value).ShouldBeTrue();
        value.ShouldBe(2);
    }

    [Fact]
    public void Save_PruneThatFails_IsOnlyAWarning()
    {
        using var store = _home.Open(options => options.MaxSnapshots = 1);
        store.Set("k", 1);
        store.Save();
        _home.Files.FailWhen(operation => operation.Kind == FileOperationKind.Delete && !operation.Path.EndsWith(".tmp", StringComparison.Ordinal), FileFault.InputOutput);
        store.Set("k", 2);

        store.Save().ShouldNotBeNull();
        _home.Log.Ids.ShouldContain(KvEventIds.SnapshotPruneFailed);
        _home.Snapshots().Count.ShouldBe(2);
    }

    [Fact]
    public void Save_MoreThanAreKept_DeletesTheOldestButNoForeignFile()
    {
        _home.WriteFile("snapshots/data-old-backup-1.tar", [1]);
        _home.WriteFile("snapshots/notes.txt", [1]);
        using var store = _home.Open(options => options.MaxSnapshots = 2);
        var names = new List<string>();
        for (var i = 0; i < 5; i++)
        {
            store.Set("k", i);
            names.Add(store.Save()!.FileName);
        }

        _home.Snapshots().ShouldBe([names[3], names[4], "data-old-backup-1.tar", "notes.txt"], ignoreOrder: true);
        store.ListSnapshots().Select(snapshot => snapshot.FileName).ShouldBe([names[4], names[3]]);
        _home.Log.Ids.ShouldContain(KvEventIds.ForeignFilesIgnored);
    }

    [Fact]
    public void Save_DirectoryRemovedMeanwhile_IsMadeAgain()
    {
        using var store = _home.Open();
        store.Set("k", 1);
        store.Save();
        foreach (var name in _home.Snapshots())
        {
            _home.Disk.Delete($"/data/snapshots/{name}");
        }

        store.Set("k", 2);
        store.Save().ShouldNotBeNull();
        _home.Snapshots().Count.ShouldBe(1);
    }

    [Fact]
    public void Save_ReadsAndWritesInTheMidst_GoOnAndAreNotInTheSnapshot()
    {
        // Interleaved through the seam: at every operation of the save the store is read and written. The save must not hold anything they need.
        using var store = _home.Open();
        for (var i = 0; i < 100; i++)
        {
            store.Set($"k{i}", 0);
        }

        var writes = 0;
        var isSaving = true;
        _home.Files.Before(_ => isSaving, _ =>
        {
            store.TryGet<int>("k1", out var value).ShouldBeTrue();
            value.ShouldBe(writes);
            writes++;
            store.Set("k1", writes);
            store.Set($"new{writes}", 1);
        });
        var info = store.Save();
        isSaving = false;

        writes.ShouldBeGreaterThan(3);
        store.TryGet<int>("k1", out var last).ShouldBeTrue();
        last.ShouldBe(writes);

        // A disk with that snapshot alone shows one instant: some first number of the writes, all of each commit and nothing after it.
        var copy = new StoreHome();
        copy.WriteFile("snapshots/" + info!.FileName, _home.ReadFile("snapshots/" + info.FileName));
        using var then = copy.Open();
        then.TryGet<int>("k1", out var seen).ShouldBeTrue();
        seen.ShouldBeLessThan(writes);
        then.Count("new").ShouldBeOneOf(seen, seen - 1);
    }

    [Theory]
    [InlineData("overwrite")]
    [InlineData("remove")]
    [InlineData("batch")]
    [InlineData("prefix")]
    [InlineData("add")]
    [InlineData("expire")]
    [InlineData("clear")]
    public void Save_EverythingChangedWhileItIsWritten_IsTheStateOfItsMoment(string change)
    {
        // So many that no shard is near to growing, which would leave its entries as they are.
        const int count = 10_000;
        using var store = _home.Open(options => options.SaveDebounce = Timeout.InfiniteTimeSpan);
        var batch = store.CreateBatch();
        for (var i = 0; i < count; i++)
        {
            batch.Set($"key-{i}", new string('v', 200) + i, new KvEntryOptions { TimeToLive = i % 3 == 0 ? TimeSpan.FromSeconds(1 + (i % 5)) : TimeSpan.FromHours(1) });
        }

        store.Commit(batch);
        _home.Clock.Advance(TimeSpan.FromSeconds(2.5));
        var expected = store.GetKeys("").Order().ToList();
        var isChanged = false;
        _home.Files.Before(
            operation => !isChanged && operation.Kind == FileOperationKind.CreateNew,
            _ =>
            {
                // The moment has come, and hardly anything has been taken yet.
                isChanged = true;
                ChangeEverything(store, change, count);
            });

        var saved = store.Save().ShouldNotBeNull();

        isChanged.ShouldBeTrue();
        saved.Entries.ShouldBe(expected.Count);
        using var view = store.OpenSnapshot(saved.FileName);
        view.GetKeys("").Order().ShouldBe(expected);
        foreach (var key in expected)
        {
            view.TryGet<string>(key, out var value).ShouldBeTrue();
            value.ShouldBe(new string('v', 200) + key["key-".Length..]);
        }
    }

    [Theory]
    [InlineData(nameof(FileOperationKind.CreateNew))]
    [InlineData(nameof(FileOperationKind.Write))]
    public void Save_Refused_KeepsNothingOfWhatIsChangedAfterwards(string refused)
    {
        var opened = OpenStore.Open(new SnapshotKvOptions { Path = StoreHome.Path, TimeProvider = _home.Clock }, new StoreEnvironment(_home.Files, _home.Scheduler), location: null, TestContext.Current.CancellationToken);
        var engine = opened.Attach(new SnapshotKvOptions(), "test").Engine;
        // Several ranges: when the first is written, not everything has been taken yet.
        for (var i = 0; i < 20_000; i++)
        {
            engine.Pipeline.TrySet(Records.Make($"k{i}", i), isDirect: false, out _).ShouldBeTrue();
        }

        var table = engine.Pipeline.Table;
        var captures = 0;
        _home.Files.Before(operation => operation.Kind == FileOperationKind.CreateNew && operation.Path.Contains("/snapshots", StringComparison.Ordinal), _ => captures = table.CaptureCount);
        _home.Files.FailWhen(Enum.Parse<FileOperationKind>(refused), FileFault.NoSpace, times: 1);

        Should.Throw<KvStoreUnavailableException>(() => engine.Checkpointer!.Save(1, KvSaveReason.Requested, TestContext.Current.CancellationToken));
        captures.ShouldBe(1);
        table.CaptureCount.ShouldBe(0);
        engine.Checkpointer!.Save(1, KvSaveReason.Requested, TestContext.Current.CancellationToken).Entries.ShouldBe(20_000);
        table.CaptureCount.ShouldBe(0);
        opened.Close();
    }

    private void ChangeEverything(KvStore store, string change, int count)
    {
        var keys = Enumerable.Range(0, count).Select(i => $"key-{i}").ToList();
        switch (change)
        {
            case "overwrite":
                keys.ForEach(key => store.Set(key, "other"));
                break;
            case "remove":
                keys.ForEach(key => store.Remove(key));
                break;
            case "batch":
                foreach (var some in keys.Chunk(100))
                {
                    var batch = store.CreateBatch();
                    Array.ForEach(some, key => batch.Set(key, "other"));
                    store.Commit(batch);
                }

                break;
            case "prefix":
                store.RemoveByPrefix("key-1");
                break;
            case "add":
                keys.ForEach(key => store.Set("more-" + key, "other"));
                break;
            case "expire":
                _home.Clock.Advance(TimeSpan.FromHours(2));
                break;
            default:
                store.Clear();
                keys.ForEach(key => store.Set(key, "other"));
                break;
        }
    }

    [Fact]
    public async Task SaveAsync_CallsAtTheSameTime_ShareASnapshot()
    {
        await using var store = _home.Open();
        store.Set("k", 1);

        var saved = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => store.SaveAsync(TestContext.Current.CancellationToken)));

        saved.Distinct().Count().ShouldBe(1);
        _home.Snapshots().Count.ShouldBe(1);
    }

    [Fact]
    public async Task SaveAsync_CallsWhileOthersWrite_ShareASnapshotThatHasAllTheyAskedFor()
    {
        await using var store = _home.Open(options => options.SaveDebounce = Timeout.InfiniteTimeSpan);
        store.Set("a", 1);
        using var first = HoldSave();
        var saving = store.SaveAsync(TestContext.Current.CancellationToken);
        await first.Reached;
        store.Set("b", 1);
        var waiting = Enumerable.Range(0, 8).Select(_ => store.SaveAsync(TestContext.Current.CancellationToken)).ToArray();
        using var second = HoldSave("-0001.");
        first.Release();
        await second.Reached;

        store.Set("c", 1);
        second.Release();
        await saving;
        var shared = (await Task.WhenAll(waiting)).Distinct().ShouldHaveSingleItem();

        _home.Snapshots().Count.ShouldBe(2);
        shared!.FileName.ShouldBe(_home.Snapshots()[^1]);
        store.Save()!.FileName.ShouldNotBe(shared.FileName);

        FileHold HoldSave(string name = "") =>
            _home.Files.Hold(operation => operation.Kind == FileOperationKind.CreateNew && operation.Path.Contains(name, StringComparison.Ordinal));
    }

    [Fact]
    public async Task SaveAsync_SlideBeforeTheCall_IsInTheSnapshot()
    {
        await using var store = _home.Open(options => options.SaveDebounce = Timeout.InfiniteTimeSpan);
        store.Set("k", 1, new KvEntryOptions { SlidingExpiration = TimeSpan.FromHours(1) });
        using var hold = _home.Files.Hold(operation => operation.Kind == FileOperationKind.CreateNew);
        var first = store.SaveAsync(TestContext.Current.CancellationToken);
        await hold.Reached;
        _home.Clock.Advance(TimeSpan.FromMinutes(30));
        store.Refresh("k");
        var second = store.SaveAsync(TestContext.Current.CancellationToken);
        hold.Release();

        (await second).ShouldNotBe(await first);
    }

    [Fact]
    public async Task Save_FilesLostInTheMidst_IsNotWhatMemoryHolds()
    {
        var opened = OpenStore.Open(new SnapshotKvOptions { Path = StoreHome.Path, TimeProvider = _home.Clock }, new StoreEnvironment(_home.Files, _home.Scheduler), location: null, TestContext.Current.CancellationToken);
        var checkpointer = opened.Attach(new SnapshotKvOptions(), "test").Engine.Checkpointer!;
        using var hold = _home.Files.Hold(operation => operation.Kind == FileOperationKind.CreateNew && operation.Path.Contains("/snapshots", StringComparison.Ordinal));
        var saving = checkpointer.SaveAsync(1, KvSaveReason.Requested, TestContext.Current.CancellationToken);
        await hold.Reached;

        checkpointer.NoteFilesLost();
        hold.Release();
        var first = await saving;

        checkpointer.IsDirty.ShouldBeTrue();
        checkpointer.Save(1, KvSaveReason.Requested, TestContext.Current.CancellationToken).ShouldNotBe(first);
        checkpointer.IsDirty.ShouldBeFalse();
        opened.Close();
    }

    [Fact]
    public void Remove_KeyThatIsMissingAtALevelThatWaits_MakesNoSnapshot()
    {
        using var store = _home.Open(options => options.SaveDebounce = Timeout.InfiniteTimeSpan);
        store.Set("dirty", 1);
        var partition = store.GetPartition("p:", new KvPartitionOptions { Durability = KvDurability.Disk });

        partition.Remove("missing").ShouldBeFalse();
        _home.Snapshots().ShouldBeEmpty();

        partition.Set("there", 1);
        partition.Remove("there").ShouldBeTrue();
        _home.Snapshots().Count.ShouldBe(2);
    }

    [Fact]
    public async Task SaveAsync_Cancelled_LeavesNoTraceAndStaysDirty()
    {
        await using var store = _home.Open();
        store.Set("k", 1);
        using var cancellation = new CancellationTokenSource();
        _home.Files.Before(operation => operation.Kind == FileOperationKind.CreateNew, _ => cancellation.Cancel());

        await Should.ThrowAsync<OperationCanceledException>(() => store.SaveAsync(cancellation.Token));
        await Should.ThrowAsync<OperationCanceledException>(() => store.SaveAsync(new CancellationToken(canceled: true)));
        _home.Snapshots().ShouldBeEmpty();

        _home.Files.Heal();
        (await store.SaveAsync(TestContext.Current.CancellationToken)).ShouldNotBeNull();
    }

    [Fact]
    public async Task Dispose_Dirty_SavesOnceHoweverOftenItIsCalled()
    {
        var store = _home.Open();
        store.Set("k", 1);
        await store.DisposeAsync();
        await store.DisposeAsync();
        store.Dispose();

        _home.Snapshots().Count.ShouldBe(1);
        _home.Clock.PendingTimers.ShouldBe(0);
        using var reopened = _home.Open();
        reopened.Exists("k").ShouldBeTrue();
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Dispose_SaveFails_ThrowsItAndLetsGoOfTheDirectory(bool isAsync)
    {
        var store = _home.Open();
        store.Set("k", 1);
        _home.Files.FailWhen(FileOperationKind.Write, FileFault.NoSpace);

        if (isAsync)
        {
            await Should.ThrowAsync<KvStoreUnavailableException>(async () => await store.DisposeAsync());
        }
        else
        {
            Should.Throw<KvStoreUnavailableException>(store.Dispose);
        }

        _home.Files.Heal();
        store.Dispose();
        using var reopened = _home.Open();
        reopened.Exists("k").ShouldBeFalse();
    }

    [Fact]
    public async Task RunMaintenanceAsync_TakesTheWorkOverAndGivesItBack()
    {
        var queued = new List<string>();
        _home.Scheduler = new NamingScheduler("own", queued);
        using var store = _home.Open(options => options.SaveDebounce = TimeSpan.FromSeconds(1));
        using var stop = new CancellationTokenSource();
        using var stopWaiting = new CancellationTokenSource();
        var saved = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _home.Files.After(operation => operation.Kind == FileOperationKind.Rename, _ => saved.TrySetResult());

        var hosted = store.RunMaintenanceAsync(stop.Token);
        var waiting = store.RunMaintenanceAsync(stopWaiting.Token);
        store.Set("k", 1);
        _home.Clock.Advance(TimeSpan.FromSeconds(1));
        await saved.Task.WaitAsync(TestContext.Current.CancellationToken);
        queued.ShouldBeEmpty();

        // Whoever else wants to do it waits, and may give that up.
        waiting.IsCompleted.ShouldBeFalse();
        await stopWaiting.CancelAsync();
        await waiting;

        await stop.CancelAsync();
        await hosted;
        using var stopNext = new CancellationTokenSource();
        var next = store.RunMaintenanceAsync(stopNext.Token);
        saved = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        store.Set("k", 2);
        _home.Clock.Advance(TimeSpan.FromSeconds(1));
        await saved.Task.WaitAsync(TestContext.Current.CancellationToken);
        queued.ShouldBeEmpty();

        await stopNext.CancelAsync();
        await next;
        store.Set("k", 3);
        _home.Clock.Advance(TimeSpan.FromSeconds(1));
        queued.ShouldBe(["own"]);
    }

    [Fact]
    public void SnapshotNames_ClockOrZoneGoesBack_StillSortBehind()
    {
        var names = new List<string>();
        using (var store = _home.Open(options => options.MaxSnapshots = 100))
        {
            Save(store, 1);
            _home.Clock.SetUtcNow(_home.Clock.GetUtcNow().AddDays(-400));
            Save(store, 2);
            _home.Clock.SetLocalTimeZone(TimeZoneInfo.CreateCustomTimeZone("west", TimeSpan.FromHours(-12), "west", "west"));
            Save(store, 3);
        }

        using (var store = _home.Open(options => options.MaxSnapshots = 100))
        {
            Save(store, 4);
        }

        names.ShouldBe(names.Order(StringComparer.Ordinal));
        names.Distinct().Count().ShouldBe(4);
        using var reopened = _home.Open();
        reopened.TryGet<int>("k", out var value).ShouldBeTrue();
        value.ShouldBe(4);

        void Save(KvStore store, int number)
        {
            store.Set("k", number);
            names.Add(store.Save()!.FileName);
        }
    }

    private sealed class NamingScheduler(string name, List<string> queued) : IWorkScheduler
    {
        public void Queue(Action work)
        {
            queued.Add(name);
            work();
        }
    }
}
