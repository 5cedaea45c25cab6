using SnapshotKv.Diagnostics;
using SnapshotKv.Testing;
using SnapshotKv.Tests.Store;

namespace SnapshotKv.Tests.Lifetime;

/// <summary>Several handles on one directory: it is open once, whoever comes first and in whatever order they go.</summary>
public sealed class SharedStoresTests
{
    private readonly StoreHome _home = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public void OpenShared_Twice_IsOneStore()
    {
        using var first = _home.OpenShared();
        using var second = _home.OpenShared();

        first.Set("k", 1);

        second.TryGet<int>("k", out var value).ShouldBeTrue();
        value.ShouldBe(1);
        second.ShouldNotBeSameAs(first);
    }

    [Theory]
    [InlineData("/data/.")]
    [InlineData("/other/../data")]
    [InlineData("/data/")]
    [InlineData("//data")]
    public void OpenShared_OtherSpelling_IsTheSameStore(string path)
    {
        using var first = _home.OpenShared();
        using var second = _home.OpenShared(options => options.Path = path);

        first.Set("k", 1);

        second.Exists("k").ShouldBeTrue();
        second.DirectoryPath.ShouldBe(first.DirectoryPath);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Dispose_OfOneHandle_ClosesOnlyThatOne_InEitherOrder(bool firstGoesFirst)
    {
        var first = _home.OpenShared();
        var second = _home.OpenShared();
        var (goes, stays) = firstGoesFirst ? (first, second) : (second, first);
        var partition = goes.GetPartition("p:");

        goes.Dispose();

        Should.Throw<ObjectDisposedException>(() => goes.Set("k", 1));
        Should.Throw<ObjectDisposedException>(() => partition.TryGetBytes("k", out _));
        stays.Set("k", 2);
        Should.Throw<KvStoreLockedException>(() => _home.Open());
        await stays.DisposeAsync();
        using var reopened = _home.Open();
        reopened.TryGet<int>("k", out var value).ShouldBeTrue();
        value.ShouldBe(2);
    }

    [Fact]
    public void Dispose_Twice_CountsOnce()
    {
        var first = _home.OpenShared();
        using var second = _home.OpenShared();

        first.Dispose();
        first.Dispose();

        second.Set("k", 1);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Dispose_WhileOthersStay_SavesWhatIsNotSaved(bool asynchronously)
    {
        using var stays = _home.OpenShared();
        var goes = _home.OpenShared();
        goes.Set("k", 1);

        if (asynchronously)
        {
            await goes.DisposeAsync();
        }
        else
        {
            goes.Dispose();
        }

        _home.Snapshots().Count.ShouldBe(1);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Dispose_WhileOthersStay_AndTheDiskRefuses_ThrowsNothing_AndTheOthersSave(bool asynchronously)
    {
        using var stays = _home.OpenShared(options => options.LoggerFactory = _home.Log);
        var goes = _home.OpenShared();
        goes.Set("k", 1);
        _home.Files.FailWhen(FileOperationKind.Rename, FileFault.NoSpace);

        if (asynchronously)
        {
            await goes.DisposeAsync();
        }
        else
        {
            goes.Dispose();
        }

        _home.Log.Entries.ShouldContain(entry => entry.Id == KvEventIds.SaveForLeavingFailed);
        _home.Files.Heal();
        stays.Save().ShouldNotBeNull();
        _home.Snapshots().Count.ShouldBe(1);
    }

    [Fact]
    public async Task Dispose_OfAHandle_EndsItsWatchersAndNoOthers()
    {
        using var stays = _home.OpenShared();
        var goes = _home.OpenShared();
        await using var ending = goes.WatchAsync(cancellationToken: Token).GetAsyncEnumerator(Token);
        await using var going = stays.WatchAsync(cancellationToken: Token).GetAsyncEnumerator(Token);
        var told = 0;
        goes.WatchSnapshots("", _ => told++);

        goes.Dispose();
        stays.Set("k", 1);
        stays.Save();

        (await ending.MoveNextAsync()).ShouldBeFalse();
        (await going.MoveNextAsync()).ShouldBeTrue();
        told.ShouldBe(0);
    }

    [Fact]
    public async Task OpenShared_WhileTheLastHandleCloses_WaitsAndOpensAnew()
    {
        var first = _home.OpenShared();
        first.Set("k", 1);
        var saving = new ManualResetEventSlim();
        var goOn = new ManualResetEventSlim();
        _home.Files.Before(operation => operation.Kind == FileOperationKind.Rename && operation.Path.Contains("data-", StringComparison.Ordinal), _ =>
        {
            saving.Set();
            goOn.Wait(Token);
        });
        var closing = Task.Run(first.Dispose, Token);
        saving.Wait(Token);

        var opening = Task.Run(() => _home.OpenShared(), Token);
        opening.IsCompleted.ShouldBeFalse();
        goOn.Set();

        await closing;
        using var second = await opening;
        second.TryGet<int>("k", out var value).ShouldBeTrue();
        value.ShouldBe(1);
    }

    [Fact]
    public async Task OpenShared_FromManyThreads_OpensOnce_AndTheLastOneCloses()
    {
        for (var round = 0; round < 20; round++)
        {
            var tasks = Enumerable.Range(0, 8).Select(i => Task.Run(
                async () =>
                {
                    var store = _home.OpenShared();
                    store.Increment("count");
                    await store.DisposeAsync();
                },
                Token));
            await Task.WhenAll(tasks);
        }

        using var store = _home.Open();
        store.TryGet<long>("count", out var count).ShouldBeTrue();
        count.ShouldBe(160);
    }

    [Fact]
    public void OpenShared_WhereAPlainStoreIs_IsRefused()
    {
        using var plain = _home.Open();

        Should.Throw<KvStoreLockedException>(() => _home.OpenShared());
        Should.Throw<KvStoreLockedException>(() => _home.OpenShared(), "a failed opening leaves nothing behind");
    }

    [Fact]
    public void OpenShared_WithoutAPath_IsNobodyElses()
    {
        using var first = _home.OpenShared(options => options.Path = null);
        using var second = _home.OpenShared(options => options.Path = null);

        first.Set("k", 1);

        second.Exists("k").ShouldBeFalse();
    }

    [Fact]
    public void OpenShared_DisagreeingSettings_AreRefused_WithBothSpelledOut()
    {
        using var first = _home.OpenShared(options => (options.MaxSnapshots, options.SaveDebounce) = (3, TimeSpan.FromSeconds(1)), "one()");

        var error = Should.Throw<KvStoreSettingsException>(() =>
            _home.OpenShared(options => (options.Path, options.MaxSnapshots, options.SaveDebounce) = ("/data/.", 7, TimeSpan.FromSeconds(1)), "two()"));

        error.Message.ShouldBe(
            "The directory '/data' is open in this process already, and two registrations disagree about it. one() (path '/data') says MaxSnapshots = 3; "
            + "two() (path '/data/.') says MaxSnapshots = 7. Give both the same settings, or leave them out of one.");
        first.Set("k", 1);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void OpenShared_WhatIsNotStated_Yields_InEitherOrder(bool statedFirst)
    {
        var stated = (SnapshotKvOptions options) => { options.MaxSnapshots = 1; };
        using var first = _home.OpenShared(statedFirst ? stated : null);
        using var second = _home.OpenShared(statedFirst ? null : stated);

        for (var i = 0; i < 3; i++)
        {
            first.Set("k", i);
            first.Save();
        }

        _home.Snapshots().Count.ShouldBe(1);
    }

    [Fact]
    public void OpenShared_WhatYields_CountsUntilSomebodyStatesIt_AndContradictsNobody()
    {
        using var first = _home.OpenShared(options =>
        {
            (options.MaxSnapshots, options.Compression) = (1, KvCompression.None);
            options.Yield();
        });
        Save(1).ShouldEndWith(".msgpack");
        Save(2);
        _home.Snapshots().Count.ShouldBe(1);

        using var second = _home.OpenShared(options => options.MaxSnapshots = 2);
        Save(3).ShouldEndWith(".msgpack");

        _home.Snapshots().Count.ShouldBe(2);
        string Save(int value)
        {
            first.Set("k", value);
            return first.Save()!.FileName;
        }
    }

    [Fact]
    public void OpenShared_StatedDefault_IsAStatement()
    {
        using var first = _home.OpenShared(options => options.MaxSnapshots = 5);

        Should.Throw<KvStoreSettingsException>(() => _home.OpenShared(options => options.MaxSnapshots = 6));
    }

    [Fact]
    public void OpenShared_AnotherFormatThanItWasOpenedWith_IsRefused()
    {
        using var first = _home.OpenShared(owner: "one()");

        var error = Should.Throw<KvStoreSettingsException>(() => _home.OpenShared(options => options.Format = KvFormat.Json, "two()"));

        error.Message.ShouldContain("one()");
        error.Message.ShouldContain("two()");
        error.Message.ShouldContain("Format = MessagePack");
        error.Message.ShouldContain("Format = Json");
    }

    [Fact]
    public void OpenShared_AfterTheOtherLeft_IsNotBoundByWhatItStated()
    {
        using var stays = _home.OpenShared();
        _home.OpenShared(options => options.MaxSnapshots = 3).Dispose();

        using var next = _home.OpenShared(options => options.MaxSnapshots = 7);

        next.Set("k", 1);
    }

    [Fact]
    public void OpenShared_TheClock_CountsFromTheFirstHandleThatHasOne_TimersToo()
    {
        using var first = _home.OpenShared(options => options.SaveDebounce = TimeSpan.FromSeconds(3));
        first.Set("before", 1);
        using var second = _home.OpenShared(options => options.TimeProvider = _home.Clock);
        second.Set("k", 1, TimeSpan.FromSeconds(10));

        _home.Clock.Advance(TimeSpan.FromSeconds(3));
        _home.Snapshots().Count.ShouldBe(1);
        first.GetTimeToLive("k").Remaining.ShouldBe(TimeSpan.FromSeconds(7));
        _home.Clock.Advance(TimeSpan.FromSeconds(7));
        first.Exists("k").ShouldBeFalse();
        Should.Throw<KvStoreSettingsException>(() => _home.OpenShared(options => options.TimeProvider = new ManualTimeProvider())).Message.ShouldContain("TimeProvider");
    }

    [Fact]
    public void OpenShared_TheLog_GetsWhatWasToBeLoggedBefore_AndFollowsTheHandles()
    {
        using var first = _home.OpenShared();
        using var log = new CollectingLogger();
        var second = _home.OpenShared(options => options.LoggerFactory = _home.Log);
        var third = _home.OpenShared(options => options.LoggerFactory = log);

        _home.Log.Entries.ShouldContain(entry => entry.Id == KvEventIds.StoreOpened);
        log.Entries.ShouldBeEmpty();
        second.Dispose();
        third.Set("k", 1);
        third.Save();
        log.Entries.ShouldContain(entry => entry.Id == KvEventIds.SnapshotSaved);
        _home.Log.Entries.ShouldNotContain(entry => entry.Id == KvEventIds.SnapshotSaved);
        third.Dispose();
    }

    [Fact]
    public void OpenShared_ValuesAreCheckedByEachHandle()
    {
        using var small = _home.OpenShared(options => options.MaxValueBytes = 10);
        using var large = _home.OpenShared(options => options.MaxValueBytes = 1000);

        large.SetBytes("k", new byte[500]);

        Should.Throw<ArgumentException>(() => small.SetBytes("k", new byte[500]));
        small.TryGetBytes("k", out var value).ShouldBeTrue();
        value!.Length.ShouldBe(500);
    }

    [Fact]
    public async Task GetOrCreate_ByTwoHandles_RunsOneFactory()
    {
        using var first = _home.OpenShared();
        using var second = _home.OpenShared();
        var made = new TaskCompletionSource<int>();
        var runs = 0;
        ValueTask<int> Make(CancellationToken cancellationToken)
        {
            runs++;
            return new(made.Task);
        }

        var one = first.GetOrCreateAsync("k", Make, cancellationToken: Token).AsTask();
        var two = second.GetOrCreateAsync("k", Make, cancellationToken: Token).AsTask();
        made.SetResult(7);

        (await one).ShouldBe(7);
        (await two).ShouldBe(7);
        runs.ShouldBe(1);
    }

    [Fact]
    public void OpenShared_Arguments_AreChecked()
    {
        Should.Throw<ArgumentNullException>(() => KvStore.OpenShared(null!, "test")).ParamName.ShouldBe("options");
        Should.Throw<ArgumentException>(() => KvStore.OpenShared(new SnapshotKvOptions(), "")).ParamName.ShouldBe("owner");
        Should.Throw<ArgumentException>(() => _home.OpenShared(options => options.MaxSnapshots = 0)).Message.ShouldContain("MaxSnapshots");
    }
}
