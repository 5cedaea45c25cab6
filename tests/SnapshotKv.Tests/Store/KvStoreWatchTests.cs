using Microsoft.Extensions.Primitives;

namespace SnapshotKv.Tests.Store;

public sealed class KvStoreWatchTests
{
    private readonly StoreHome _home = new();

    [Fact]
    public async Task WatchAsync_TellsCommitsAndExpiriesInOrder()
    {
        using var store = _home.Open();
        store.Set("before", 1);
        await using var changes = Watch(store);
        store.Set("a", 1);
        store.Set("a", 2);
        store.Remove("a");
        store.Remove("a");
        store.Set("dies", 1, TimeSpan.FromSeconds(1));
        store.Commit(new KvBatch().SetBytes("x", []).Remove("before").Remove("never"));
        _home.Clock.Advance(TimeSpan.FromMinutes(5));
        store.Clear();

        var first = await Take(changes, 7);
        first.Select(change => (change.Kind, change.Key)).ShouldBe(
        [
            (KvChangeKind.Set, "a"),
            (KvChangeKind.Set, "a"),
            (KvChangeKind.Removed, "a"),
            (KvChangeKind.Set, "dies"),
            (KvChangeKind.Set, "x"),
            (KvChangeKind.Removed, "before"),
            (KvChangeKind.Expired, "dies"),
        ]);
        first.Select(change => change.Version - first[0].Version).ShouldBe([0, 1, 2, 3, 4, 4, 4]);
        var reset = (await Take(changes, 1)).ShouldHaveSingleItem();
        reset.ShouldBe(new KvChange { Kind = KvChangeKind.Reset, Key = "", Version = (long)store.LastSequence });
    }

    [Fact]
    public async Task WatchAsync_InAPartition_NamesKeysWithoutThePrefix()
    {
        using var store = _home.Open();
        var partition = (KvPartition)store.GetPartition("p:");
        await using var all = Watch(partition);
        await using var some = Watch(partition, "a");
        store.Set("a", 1);
        store.Set("p:b", 1);
        partition.Set("a1", 1);
        partition.Clear();

        (await Take(all, 4)).Select(change => (change.Kind, change.Key)).ShouldBe(
            [(KvChangeKind.Set, "b"), (KvChangeKind.Set, "a1"), (KvChangeKind.Removed, "a1"), (KvChangeKind.Removed, "b")]);
        (await Take(some, 2)).Select(change => (change.Kind, change.Key)).ShouldBe([(KvChangeKind.Set, "a1"), (KvChangeKind.Removed, "a1")]);
    }

    [Fact]
    public async Task WatchAsync_SlowWatcher_IsToldThatItMissedSomeAndThenGoesOn()
    {
        using var store = _home.Open();
        await using var changes = Watch(store);
        for (var i = 0; i < SnapshotKv.Engine.ChangeSubscription.Capacity + 100; i++)
        {
            store.Set("k", i);
        }

        var missedThrough = (long)store.LastSequence;
        var queued = await Take(changes, SnapshotKv.Engine.ChangeSubscription.Capacity);
        queued.ShouldAllBe(change => change.Kind == KvChangeKind.Set);
        (await Take(changes, 1)).ShouldHaveSingleItem().ShouldBe(new KvChange { Kind = KvChangeKind.Missed, Key = "", Version = missedThrough });

        store.Remove("k");
        (await Take(changes, 1)).ShouldHaveSingleItem().ShouldBe(new KvChange { Kind = KvChangeKind.Removed, Key = "k", Version = missedThrough + 1 });
    }

    [Fact]
    public async Task WatchAsync_WaitingWatcher_IsWokenByACommit()
    {
        using var store = _home.Open();
        await using var changes = Watch(store);
        var next = changes.MoveNextAsync();
        next.IsCompleted.ShouldBeFalse();
        store.Set("k", 1);

        (await next).ShouldBeTrue();
        changes.Current.Key.ShouldBe("k");
    }

    [Fact]
    public async Task WatchAsync_StoreDisposed_EndsBehindWhatIsQueued()
    {
        var store = _home.Open();
        await using var changes = Watch(store);
        await using var waiting = Watch(store, "none");
        var end = waiting.MoveNextAsync();
        store.Set("k", 1);
        store.Dispose();

        (await Take(changes, 1)).ShouldHaveSingleItem().Key.ShouldBe("k");
        (await changes.MoveNextAsync()).ShouldBeFalse();
        (await end).ShouldBeFalse();
        Should.Throw<ObjectDisposedException>(() => store.WatchAsync(cancellationToken: TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task WatchAsync_Cancelled_ThrowsAndLetsGo()
    {
        using var store = _home.Open();
        using var first = new CancellationTokenSource();
        using var second = new CancellationTokenSource();
        await using (var changes = store.WatchAsync(cancellationToken: first.Token).GetAsyncEnumerator(second.Token))
        {
            var next = changes.MoveNextAsync();
            await second.CancelAsync();
            await Should.ThrowAsync<OperationCanceledException>(async () => await next);
        }

        await using (var changes = store.WatchAsync(cancellationToken: first.Token).GetAsyncEnumerator(CancellationToken.None))
        {
            await first.CancelAsync();
            await Should.ThrowAsync<OperationCanceledException>(async () => await changes.MoveNextAsync());
        }

        store.WatcherCount.ShouldBe(0);
    }

    [Fact]
    public async Task WatchAsync_ReplicaBuiltFromTheChanges_IsTheStore()
    {
        using var store = _home.Open();
        await using var changes = Watch(store);
        var writers = Enumerable.Range(0, 4).Select(worker => Task.Run(() =>
        {
            var random = new Random(worker);
            for (var i = 0; i < 1500; i++)
            {
                var key = $"k{random.Next(20)}";
                if (random.Next(3) == 0)
                {
                    store.Remove(key);
                }
                else
                {
                    store.Set(key, i);
                }
            }
        }));
        await Task.WhenAll(writers);
        store.Set("end", 0);

        var keys = new SortedSet<string>(StringComparer.Ordinal);
        var last = 0L;
        do
        {
            (await changes.MoveNextAsync()).ShouldBeTrue();
            var change = changes.Current;
            change.Version.ShouldBeGreaterThan(last);
            last = change.Version;
            var isExpected = change.Kind == KvChangeKind.Set ? keys.Add(change.Key) | true : keys.Remove(change.Key);
            isExpected.ShouldBeTrue();
        }
        while (changes.Current.Key != "end");

        keys.ShouldBe(store.GetKeys());
    }

    [Fact]
    public void Watch_Token_ChangesOnceWithTheFirstChangeUnderItsPrefix()
    {
        using var store = _home.Open();
        var token = store.Watch("a:");
        var same = store.GetPartition("a:").Watch();
        var calls = 0;
        using var registration = token.RegisterChangeCallback(_ => calls++, null);
        token.ActiveChangeCallbacks.ShouldBeTrue();

        store.Set("b", 1);
        store.Remove("a:missing");
        (token.HasChanged, same.HasChanged, calls).ShouldBe((false, false, 0));

        store.Set("a:1", 1);
        (token.HasChanged, same.HasChanged, calls).ShouldBe((true, true, 1));
        store.Set("a:1", 2);
        calls.ShouldBe(1);
        store.Watch("a:").HasChanged.ShouldBeFalse();
        var late = 0;
        token.RegisterChangeCallback(_ => late++, null);
        late.ShouldBe(1);
    }

    [Fact]
    public void Watch_OnChange_SeesWhatWasCommittedAndMayWrite()
    {
        using var store = _home.Open();
        var seen = new List<int>();
        using var registration = ChangeToken.OnChange(() => store.Watch("k"), () =>
        {
            store.TryGet<int>("k", out var value).ShouldBeTrue();
            seen.Add(value);
            store.Set("echo", value);
        });

        store.Set("k", 1);
        store.Commit(new KvBatch().SetBytes("other", []).SetEncoded("k", new(new byte[] { 2 })));
        store.Clear();
        store.Set("k", 3);

        seen.ShouldBe([1, 2, 3]);
    }

    [Fact]
    public void Watch_CallbackThatThrows_IsLoggedAndHarmsNobody()
    {
        using var store = _home.Open();
        var others = 0;
        store.Watch("k").RegisterChangeCallback(_ => throw new InvalidOperationException("mine"), null);
        store.Watch("").RegisterChangeCallback(_ => others++, null);

        store.Set("k", 1);

        others.ShouldBe(1);
        _home.Log.Ids.ShouldContain(SnapshotKv.Diagnostics.KvEventIds.WatcherFailed);
        store.TryGet<int>("k", out _).ShouldBeTrue();
    }

    [Fact]
    public void Watch_ExpiryAndSweep_ChangesTheToken()
    {
        using var store = _home.Open();
        store.Set("k", 1, TimeSpan.FromSeconds(1));
        var token = store.Watch("k");
        var calls = 0;
        token.RegisterChangeCallback(_ => calls++, null);
        _home.Clock.Advance(TimeSpan.FromMinutes(5));

        (token.HasChanged, calls).ShouldBe((true, 1));
    }

    [Fact]
    public void Watch_TokensThatNobodyHolds_AreForgotten()
    {
        using var store = _home.Open();
        for (var i = 0; i < 10_000; i++)
        {
            store.Watch($"user:{i}");
            if (i % 1000 == 0)
            {
                GC.Collect();
            }
        }

        GC.Collect();
        store.Watch("one more makes it look");
        store.ChangeTokenCount.ShouldBeLessThan(5_000);
    }

    [Fact]
    public void Watch_TokenWithACallback_IsKept()
    {
        using var store = _home.Open();
        var calls = 0;
        Register();
        for (var i = 0; i < 200; i++)
        {
            GC.Collect();
            store.Watch($"other:{i}");
        }

        store.Set("k", 1);
        calls.ShouldBe(1);

        [System.Runtime.CompilerServices.MethodImpl(System.Runtime.CompilerServices.MethodImplOptions.NoInlining)]
        void Register() => store.Watch("k").RegisterChangeCallback(_ => calls++, null);
    }

    [Fact]
    public void Watch_CallbackTakenBack_IsNotCalled()
    {
        using var store = _home.Open();
        var calls = 0;
        var token = store.Watch("k");
        var registration = token.RegisterChangeCallback(_ => calls++, null);
        using (token.RegisterChangeCallback(_ => calls += 10, null))
        {
            registration.Dispose();
            registration.Dispose();
            store.Set("k", 1);
        }

        calls.ShouldBe(10);
    }

    [Fact]
    public void Watch_PrefixesOfEveryLength_ChangeWithWhatLiesUnderThem()
    {
        using var store = _home.Open();
        var prefixes = new[] { "", "a", "ab", "abc", "b", "abd" };
        var tokens = prefixes.ToDictionary(prefix => prefix, store.Watch);
        store.Set("abc", 1);

        Changed().ShouldBe(["", "a", "ab", "abc"]);
        store.Set("b", 1);
        Changed().ShouldBe(["", "a", "ab", "abc", "b"]);
        store.Clear();
        Changed().ShouldBe(prefixes.Order(StringComparer.Ordinal));
        store.ChangeTokenCount.ShouldBe(0);

        IEnumerable<string> Changed() => tokens.Where(pair => pair.Value.HasChanged).Select(pair => pair.Key).Order(StringComparer.Ordinal);
    }

    private static IAsyncEnumerator<KvChange> Watch(IKvChangeFeed store, string prefix = "") =>
        store.WatchAsync(prefix, TestContext.Current.CancellationToken).GetAsyncEnumerator(TestContext.Current.CancellationToken);

    private static async Task<List<KvChange>> Take(IAsyncEnumerator<KvChange> changes, int count)
    {
        var taken = new List<KvChange>();
        while (taken.Count < count)
        {
            (await changes.MoveNextAsync()).ShouldBeTrue();
            taken.Add(changes.Current);
        }

        return taken;
    }
}
