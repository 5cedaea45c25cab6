namespace SnapshotKv.Tests.Store;

/// <summary>One factory for any number of callers: who waits for whom, who hears of a failure, and what happens to those who are cancelled.</summary>
public sealed class GetOrCreateTests : IDisposable
{
    private readonly StoreHome _home = new();
    private readonly KvStore _store;

    public GetOrCreateTests() => _store = _home.Open();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => _store.Dispose();

    [Fact]
    public async Task Async_ManyCallers_OneFactoryAndAnObjectEach()
    {
        var source = new TaskCompletionSource<List<int>>();
        var runs = 0;
        var calls = Enumerable.Range(0, 10).Select(_ => Get().AsTask()).ToArray();
        calls.ShouldAllBe(call => !call.IsCompleted);
        source.SetResult([1, 2]);
        var lists = await Task.WhenAll(calls);

        runs.ShouldBe(1);
        lists.ShouldAllBe(list => list!.SequenceEqual(new[] { 1, 2 }));
        lists.Distinct(ReferenceEqualityComparer.Instance).Count().ShouldBe(10);
        _store.TryGet<List<int>>("k", out var stored).ShouldBeTrue();
        stored.ShouldBe([1, 2]);
        (await Get())!.ShouldBe([1, 2]);
        runs.ShouldBe(1);

        ValueTask<List<int>?> Get() => _store.GetOrCreateAsync(
            "k",
            async _ =>
            {
                runs++;
                return await source.Task;
            },
            cancellationToken: Token);
    }

    [Fact]
    public async Task SyncAndAsync_Callers_ShareOneFactory()
    {
        using var started = new ManualResetEventSlim();
        using var go = new ManualResetEventSlim();
        var runs = 0;
        var (leader, leaderResult) = OnThread(() => _store.GetOrCreate("k", Factory));
        started.Wait(Token);
        var async = _store.GetOrCreateAsync<int>("k", _ => throw new InvalidOperationException("not this one"), cancellationToken: Token);
        async.IsCompleted.ShouldBeFalse();
        var (waiter, waiterResult) = OnThread(() => _store.GetPartition("k").GetOrCreate("", Factory));
        SpinWait.SpinUntil(() => (waiter.ThreadState & ThreadState.WaitSleepJoin) != 0);
        go.Set();
        leader.Join();
        waiter.Join();

        runs.ShouldBe(1);
        (await async, leaderResult(), waiterResult()).ShouldBe((42, 42, 42));

        int Factory()
        {
            runs++;
            started.Set();
            go.Wait(Token);
            return 42;
        }
    }

    [Fact]
    public async Task Sync_WaitingForAnAsyncFactory_GetsItsValue()
    {
        var source = new TaskCompletionSource<int>();
        var leader = _store.GetOrCreateAsync("k", async _ => await source.Task, cancellationToken: Token);
        var (waiter, result) = OnThread(() => _store.GetOrCreate("k", () => 0));
        SpinWait.SpinUntil(() => (waiter.ThreadState & ThreadState.WaitSleepJoin) != 0);
        source.SetResult(42);
        waiter.Join();

        (await leader, result()).ShouldBe((42, 42));
    }

    [Fact]
    public async Task Failure_IsSeenByAllAndStoredByNobody()
    {
        var source = new TaskCompletionSource<int>();
        var calls = Enumerable.Range(0, 3).Select(_ => _store.GetOrCreateAsync("k", async _ => await source.Task, cancellationToken: Token).AsTask()).ToArray();
        source.SetException(new TimeoutException("the factory's own"));

        foreach (var call in calls)
        {
            (await Should.ThrowAsync<TimeoutException>(() => call)).Message.ShouldBe("the factory's own");
        }

        _store.Exists("k").ShouldBeFalse();
        (await _store.GetOrCreateAsync("k", _ => ValueTask.FromResult(7), cancellationToken: Token)).ShouldBe(7);
    }

    [Fact]
    public void Failure_OfASyncFactory_IsThrownAndTheNextCallRunsAgain()
    {
        Should.Throw<TimeoutException>(() => _store.GetOrCreate<int>("k", () => throw new TimeoutException()));
        _store.Exists("k").ShouldBeFalse();
        _store.GetOrCreate("k", () => 7).ShouldBe(7);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Cancellation_OfOneCaller_DoesNotCancelTheOthers(bool first)
    {
        var source = new TaskCompletionSource<int>();
        using var cancelled = new CancellationTokenSource();
        CancellationToken seen = default;
        var calls = Enumerable.Range(0, 3).Select(i => _store.GetOrCreateAsync(
            "k",
            async token =>
            {
                seen = token;
                return await source.Task;
            },
            cancellationToken: (i == 0) == first ? cancelled.Token : Token).AsTask()).ToArray();
        await cancelled.CancelAsync();

        var isCancelled = calls.Where((_, i) => (i == 0) == first).ToArray();
        foreach (var call in isCancelled)
        {
            await Should.ThrowAsync<OperationCanceledException>(() => call);
        }

        seen.IsCancellationRequested.ShouldBeFalse();
        source.SetResult(42);
        foreach (var call in calls.Except(isCancelled))
        {
            (await call).ShouldBe(42);
        }

        _store.Exists("k").ShouldBeTrue();
    }

    [Fact]
    public async Task Cancellation_OfAllCallers_TellsTheFactory_AndWhatItMakesThenIsNotStored()
    {
        var source = new TaskCompletionSource<int>();
        using var cancelled = new CancellationTokenSource();
        CancellationToken seen = default;
        var ended = new TaskCompletionSource();
        var calls = Enumerable.Range(0, 2).Select(_ => _store.GetOrCreateAsync(
            "k",
            async token =>
            {
                seen = token;
                var value = await source.Task;
                ended.SetResult();
                return value;
            },
            cancellationToken: cancelled.Token).AsTask()).ToArray();
        await cancelled.CancelAsync();
        foreach (var call in calls)
        {
            await Should.ThrowAsync<OperationCanceledException>(() => call);
        }

        seen.IsCancellationRequested.ShouldBeTrue();
        source.SetResult(1);
        await ended.Task;
        _store.Exists("k").ShouldBeFalse();
        (await _store.GetOrCreateAsync("k", _ => ValueTask.FromResult(2), cancellationToken: Token)).ShouldBe(2);
    }

    [Fact]
    public async Task AllFlights_HoweverTheyEnd_AreForgotten()
    {
        var flights = _store.Flights("k").Table;
        await _store.GetOrCreateAsync("made", _ => ValueTask.FromResult(1), cancellationToken: Token);
        _store.GetOrCreate("made too", () => 1);
        Should.Throw<InvalidDataException>(() => _store.GetOrCreate<int>("failed", () => throw new InvalidDataException("no")));
        flights.Count.ShouldBe(0);

        var source = new TaskCompletionSource<int>();
        using var cancelled = new CancellationTokenSource();
        var call = _store.GetOrCreateAsync("left", _ => new ValueTask<int>(source.Task), cancellationToken: cancelled.Token).AsTask();
        flights.Count.ShouldBe(1);
        await cancelled.CancelAsync();
        await Should.ThrowAsync<OperationCanceledException>(() => call);
        flights.Count.ShouldBe(0);
        source.SetResult(1);
    }

    [Fact]
    public async Task Cancellation_WhoseCallbackThrows_IsStillACancellationForTheCaller()
    {
        using var cancelled = new CancellationTokenSource();
        var call = _store.GetOrCreateAsync<int>(
            "k",
            async token =>
            {
                token.Register(() => throw new InvalidOperationException("from a callback of the factory's"));
                return await new TaskCompletionSource<int>().Task.WaitAsync(token);
            },
            cancellationToken: cancelled.Token).AsTask();
        await cancelled.CancelAsync();

        await Should.ThrowAsync<OperationCanceledException>(() => call);
    }

    [Fact]
    public async Task FactoryToken_AfterTheFactoryHasSucceeded_IsNotCancelled()
    {
        CancellationToken seen = default;
        await _store.GetOrCreateAsync(
            "k",
            token =>
            {
                seen = token;
                return ValueTask.FromResult(1);
            },
            cancellationToken: Token);

        seen.IsCancellationRequested.ShouldBeFalse();
    }

    [Fact]
    public async Task Cancelled_Before_RunsNoFactory()
    {
        await Should.ThrowAsync<OperationCanceledException>(async () =>
            await _store.GetOrCreateAsync<int>("k", _ => throw new InvalidOperationException("must not run"), cancellationToken: new CancellationToken(true)));
    }

    [Fact]
    public async Task Recursion_IntoTheOwnKey_IsRefused()
    {
        var other = _store.GetPartition("a:");
        Should.Throw<InvalidOperationException>(() => _store.GetOrCreate("k", () => _store.GetOrCreate("k", () => 1))).Message.ShouldContain("'k'");
        Should.Throw<InvalidOperationException>(() => _store.GetOrCreate("a:k", () => other.GetOrCreate("k", () => 1))).Message.ShouldContain("'a:k'");
        await Should.ThrowAsync<InvalidOperationException>(async () => await _store.GetOrCreateAsync(
            "a:k",
            async token =>
            {
                await Task.Yield();
                return await other.GetPartition("k").GetOrCreateAsync("", _ => ValueTask.FromResult(1), cancellationToken: token);
            },
            cancellationToken: Token));
        await Should.ThrowAsync<InvalidOperationException>(async () => await _store.GetOrCreateAsync(
            "k",
            _ => ValueTask.FromResult(_store.GetOrCreate("k", () => 1)),
            cancellationToken: Token));

        _store.Count().ShouldBe(0);
        _store.GetOrCreate("k", () => _store.GetOrCreate("l", () => _store.GetOrCreate("m", () => 1) + 1) + 1).ShouldBe(3);
        _store.GetKeys().ShouldBe(["k", "l", "m"]);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Recursion_OfTwoFactoriesIntoEachOther_IsRefusedInsteadOfWaitingForEver(bool inAnotherStore)
    {
        using var second = KvStore.Open((string?)null);
        IKvStore here = _store, there = inAnotherStore ? second : _store;
        var (goA, goB) = (new TaskCompletionSource(), new TaskCompletionSource());
        var a = here.GetOrCreateAsync(
            "a",
            async token =>
            {
                await goA.Task;
                return await there.GetOrCreateAsync("b", _ => ValueTask.FromResult(0), cancellationToken: token);
            },
            cancellationToken: Token).AsTask();
        var b = there.GetOrCreateAsync(
            "b",
            async token =>
            {
                await goB.Task;
                return await here.GetOrCreateAsync("a", _ => ValueTask.FromResult(0), cancellationToken: token);
            },
            cancellationToken: Token).AsTask();
        goA.SetResult();
        goB.SetResult();

        (await Should.ThrowAsync<InvalidOperationException>(() => a)).Message.ShouldContain("wait for each other");
        await Should.ThrowAsync<InvalidOperationException>(() => b);
        here.Exists("a").ShouldBeFalse();
        there.Exists("b").ShouldBeFalse();
    }

    [Fact]
    public async Task Waiting_ForAKeyThatAnotherFactoryMakes_WithinAFactory_IsNoRecursion()
    {
        var source = new TaskCompletionSource<int>();
        var b = _store.GetOrCreateAsync("b", async _ => await source.Task, cancellationToken: Token);
        var a = _store.GetOrCreateAsync("a", async token => await _store.GetOrCreateAsync("b", _ => ValueTask.FromResult(0), cancellationToken: token) + 1, cancellationToken: Token);
        source.SetResult(1);

        (await a, await b).ShouldBe((2, 1));
    }

    [Fact]
    public async Task ValueSetByAnother_WhileTheFactoryRuns_Wins()
    {
        _store.GetOrCreate("s", () =>
        {
            _store.Set("s", 7);
            return 1;
        }).ShouldBe(7);
        (await _store.GetOrCreateAsync(
            "a",
            _ =>
            {
                _store.Set("a", 7);
                return ValueTask.FromResult(1);
            },
            cancellationToken: Token)).ShouldBe(7);
        _store.TryGet<int>("a", out var value).ShouldBeTrue();
        value.ShouldBe(7);
    }

    [Fact]
    public async Task Null_IsAValue()
    {
        _store.GetOrCreate<string?>("s", () => null).ShouldBeNull();
        (await _store.GetOrCreateAsync<string?>("a", _ => ValueTask.FromResult<string?>(null), cancellationToken: Token)).ShouldBeNull();
        _store.Exists("s").ShouldBeTrue();
        _store.GetOrCreate<string?>("s", () => "again").ShouldBeNull();
        (await _store.GetOrCreateAsync<string?>("a", _ => ValueTask.FromResult<string?>("again"), cancellationToken: Token)).ShouldBeNull();
    }

    [Fact]
    public async Task AnotherType_IsAnErrorThatNamesTheKey()
    {
        _store.Set("k", "text");
        Should.Throw<KvSerializationException>(() => _store.GetOrCreate("k", () => 1)).Key.ShouldBe("k");

        var source = new TaskCompletionSource<int>();
        var number = _store.GetOrCreateAsync("n", async _ => await source.Task, cancellationToken: Token);
        var text = _store.GetOrCreateAsync("n", _ => ValueTask.FromResult("x"), cancellationToken: Token).AsTask();
        source.SetResult(1);
        (await number).ShouldBe(1);
        (await Should.ThrowAsync<KvSerializationException>(() => text)).Key.ShouldBe("n");
        Should.Throw<KvSerializationException>(() => _store.GetOrCreate<Action>("unwritable", () => () => { })).Key.ShouldBe("unwritable");
        _store.Exists("unwritable").ShouldBeFalse();
    }

    [Fact]
    public void Options_AreThoseOfTheNewEntry()
    {
        var options = new KvEntryOptions { TimeToLive = TimeSpan.FromSeconds(10), Tags = ["t"] };
        _store.GetOrCreate("k", () => 1, options);
        _store.GetTimeToLive("k").Remaining.ShouldBe(TimeSpan.FromSeconds(10));
        _store.GetKeysByTag("t").ShouldBe(["k"]);
        _home.Clock.Advance(TimeSpan.FromSeconds(10));
        _store.GetOrCreate("k", () => 2, options).ShouldBe(2);
    }

    [Fact]
    public async Task BadOptionsAndDisposal_AreSeenByAll()
    {
        var source = new TaskCompletionSource<int>();
        var first = _store.GetOrCreateAsync("k", async _ => await source.Task, new KvEntryOptions { TimeToLive = TimeSpan.Zero }, Token).AsTask();
        source.SetResult(1);
        await Should.ThrowAsync<ArgumentOutOfRangeException>(() => first);
        _store.Exists("k").ShouldBeFalse();
        Should.Throw<ArgumentNullException>(() => _store.GetOrCreate<int>("k", null!)).ParamName.ShouldBe("factory");
        Should.Throw<ArgumentNullException>(() => _store.GetOrCreate(null!, () => 1)).ParamName.ShouldBe("key");

        source = new TaskCompletionSource<int>();
        var calls = Enumerable.Range(0, 2).Select(_ => _store.GetOrCreateAsync("k", async _ => await source.Task, cancellationToken: Token).AsTask()).ToArray();
        _store.Dispose();
        source.SetResult(1);
        foreach (var call in calls)
        {
            await Should.ThrowAsync<ObjectDisposedException>(() => call);
        }

        Should.Throw<ObjectDisposedException>(() => _store.GetOrCreate("k", () => 1));
    }

    [Fact]
    public async Task OnAnotherImplementation_OneFactoryRunsPerStoreAndKey()
    {
        var plain = new PlainKvStore(_home.Clock);
        var source = new TaskCompletionSource<int>();
        var runs = 0;
        var calls = Enumerable.Range(0, 5).Select(_ => plain.GetOrCreateAsync(
            "k",
            async _ =>
            {
                runs++;
                return await source.Task;
            },
            cancellationToken: Token).AsTask()).ToArray();
        source.SetResult(3);

        (await Task.WhenAll(calls)).ShouldAllBe(value => value == 3);
        runs.ShouldBe(1);
        Should.Throw<InvalidOperationException>(() => plain.GetOrCreate("r", () => plain.GetOrCreate("r", () => 1)));
    }

    private static (Thread Thread, Func<T?> Result) OnThread<T>(Func<T?> work)
    {
        T? result = default;
        var thread = new Thread(() => result = work()) { IsBackground = true };
        thread.Start();
        return (thread, () => result);
    }
}
