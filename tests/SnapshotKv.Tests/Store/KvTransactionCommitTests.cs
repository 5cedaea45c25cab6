using SnapshotKv.Testing;
using SnapshotKv.Tests.Journal;

namespace SnapshotKv.Tests.Store;

/// <summary>What a commit is to everybody else and to the disk, and what a transaction without one leaves behind: nothing.</summary>
public sealed class KvTransactionCommitTests
{
    private readonly StoreHome _home = new();

    [Fact]
    public void Clear_OfAPartitionOfAllKeysWithALevelOfItsOwn_RaisesTheCommitsLevel()
    {
        var home = new StoreHome { Durability = KvDurability.Process };
        using var store = home.OpenWithoutSaves();
        store.Set("a", 1, new KvEntryOptions { Durability = KvDurability.Disk });
        using (var transaction = store.BeginTransaction())
        {
            transaction.GetPartition("", new KvPartitionOptions { Durability = KvDurability.Disk }).Clear().ShouldBe(1);
            transaction.Commit();
        }

        home.After(CrashKind.PowerCutLosingAll).ShouldBeEmpty();
    }

    [Fact]
    public async Task Commit_OfSeveralKeys_IsOneCommitForVersionsAndWatchers()
    {
        using var store = _home.Open();
        store.Set("removed", 1);
        var sequence = (long)store.LastSequence;
        await using var watcher = store.WatchAsync(cancellationToken: TestContext.Current.CancellationToken).GetAsyncEnumerator(TestContext.Current.CancellationToken);
        var first = watcher.MoveNextAsync();
        using (var transaction = store.BeginTransaction())
        {
            transaction.Set("a", 1);
            transaction.Set("a", 2);
            transaction.Set("b", 1);
            transaction.Remove("removed");
            transaction.Set("never", 1);
            transaction.Remove("never");
            transaction.Commit();
        }

        var changes = new List<KvChange>();
        (await first).ShouldBeTrue();
        changes.Add(watcher.Current);
        for (var i = 0; i < 2; i++)
        {
            (await watcher.MoveNextAsync()).ShouldBeTrue();
            changes.Add(watcher.Current);
        }

        changes.Select(change => change.Version).Distinct().ShouldBe([sequence + 1]);
        changes.Select(change => (change.Kind, change.Key)).Order().ShouldBe([(KvChangeKind.Set, "a"), (KvChangeKind.Set, "b"), (KvChangeKind.Removed, "removed")]);
        store.LastSequence.ShouldBe((ulong)sequence + 1);
        foreach (var key in (string[])["a", "b"])
        {
            store.TryGetInfo(key, out var info).ShouldBeTrue();
            info.Version.ShouldBe(sequence + 1);
        }
    }

    [Fact]
    public async Task Commit_OfSeveralKeys_IsNeverSeenInPart()
    {
        using var store = KvStore.Open((string?)null);
        string[] keys = ["a", "b", "c"];
        using var done = new CancellationTokenSource();
        store.SetMany(keys.Select(key => KeyValuePair.Create(key, 0)));
        var reader = Task.Run(
            () =>
            {
                while (!done.IsCancellationRequested)
                {
                    var first = Number(store, "a");
                    Number(store, "b").ShouldBeGreaterThanOrEqualTo(first);
                    var third = Number(store, "c");
                    Number(store, "a").ShouldBeGreaterThanOrEqualTo(third);
                }
            },
            TestContext.Current.CancellationToken);
        for (var number = 1; number <= 5_000; number++)
        {
            using var transaction = store.BeginTransaction();
            foreach (var key in keys)
            {
                transaction.Set(key, number);
            }

            transaction.Commit();
        }

        await done.CancelAsync();
        await reader;
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Commit_OnceItReturns_IsInACrashImage(bool synchronous)
    {
        using var store = _home.Open(options => options.SaveDebounce = Timeout.InfiniteTimeSpan);
        using (var transaction = store.BeginTransaction())
        {
            transaction.Set("k", 1);
            if (synchronous)
            {
                transaction.Commit();
            }
            else
            {
                await transaction.CommitAsync(TestContext.Current.CancellationToken);
            }
        }

        using var after = new StoreHome(_home.Disk.CrashImage(CrashKind.PowerCutLosingAll)).Open();
        Number(after, "k").ShouldBe(1);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Commit_WhenTheDiskRefuses_SaysThatItIsCommittedAndIsSavedLater(bool synchronous)
    {
        using var store = _home.Open();
        using var transaction = store.BeginTransaction();
        transaction.Set("k", 1);
        _home.Files.FailFrom(_home.Files.OperationCount + 1, FileFault.InputOutput);

        var exception = synchronous
            ? Should.Throw<KvStoreUnavailableException>(transaction.Commit)
            : await Should.ThrowAsync<KvStoreUnavailableException>(async () => await transaction.CommitAsync(TestContext.Current.CancellationToken));
        exception.Message.ShouldContain("do not commit it again");
        exception.InnerException.ShouldBeOfType<KvStoreUnavailableException>();
        Number(store, "k").ShouldBe(1);
        Should.Throw<InvalidOperationException>(transaction.Commit);

        _home.Files.Heal();
        _home.Clock.Advance(TimeSpan.FromMinutes(5));
        using var after = new StoreHome(_home.Disk.CrashImage(CrashKind.PowerCutLosingAll)).Open();
        Number(after, "k").ShouldBe(1);
    }

    [Fact]
    public void Commit_InMemoryOnly_NeedsNoDisk()
    {
        using var store = KvStore.Open((string?)null);
        using var transaction = store.BeginTransaction();
        transaction.Set("k", 1);
        transaction.Commit();

        Number(store, "k").ShouldBe(1);
    }

    [Fact]
    public void Commit_WithoutChanges_SavesNothingAndMakesNoCommit()
    {
        using var store = _home.Open(options => options.SaveDebounce = Timeout.InfiniteTimeSpan);
        using var reading = store.BeginTransaction();
        using var removing = store.BeginTransaction();
        store.Set("other", 1);
        var sequence = store.LastSequence;

        reading.Exists("k").ShouldBeFalse();
        reading.Commit();
        removing.Remove("k").ShouldBeFalse();
        removing.Commit();

        store.LastSequence.ShouldBe(sequence);
        _home.Snapshots().ShouldBeEmpty();
    }

    [Fact]
    public void Commit_StoreDisposedBetweenCommitAndSave_IsSavedByTheDisposal()
    {
        var store = _home.Open(options => options.SaveDebounce = Timeout.InfiniteTimeSpan);
        using var watch = store.Watch("k").RegisterChangeCallback(_ => store.Dispose(), null);
        using (var transaction = store.BeginTransaction())
        {
            transaction.Set("k", 1);
            transaction.Commit();
        }

        Should.Throw<ObjectDisposedException>(() => store.Exists("k"));
        Should.Throw<ObjectDisposedException>(() => store.Save());
        using var again = _home.Open();
        Number(again, "k").ShouldBe(1);
    }

    [Fact]
    public async Task CommitAsync_CancelledBefore_DoesNothingAndCanBeCommittedStill()
    {
        using var store = _home.Open();
        using var transaction = store.BeginTransaction();
        transaction.Set("k", 1);
        using var cancelled = new CancellationTokenSource();
        await cancelled.CancelAsync();

        await Should.ThrowAsync<OperationCanceledException>(async () => await transaction.CommitAsync(cancelled.Token));
        store.Exists("k").ShouldBeFalse();
        transaction.Commit();
        Number(store, "k").ShouldBe(1);
    }

    [Fact]
    public void Dispose_WithoutCommit_LeavesNoTrace()
    {
        var sliding = new KvEntryOptions { SlidingExpiration = TimeSpan.FromMinutes(1), Tags = ["t"] };
        using (var store = _home.Open())
        {
            store.Set("k", 1);
            store.Save();
            var sequence = store.LastSequence;
            var before = _home.Snapshots();
            var token = store.Watch();
            using (var transaction = store.BeginTransaction())
            {
                transaction.Set("k", 2);
                transaction.Set("new", 1, sliding);
                _home.Clock.Advance(TimeSpan.FromSeconds(1));
                transaction.TryGet<int>("new", out _).ShouldBeTrue();
                transaction.Refresh("new").ShouldBeTrue();
                transaction.Clear();
            }

            store.LastSequence.ShouldBe(sequence);
            token.HasChanged.ShouldBeFalse();
            store.GetKeys().ShouldBe(["k"]);
            Number(store, "k").ShouldBe(1);
            _home.Clock.Advance(TimeSpan.FromHours(1));
            store.Save();
            _home.Snapshots().ShouldBe(before);
        }

        _home.Snapshots().Count.ShouldBe(1);
    }

    [Fact]
    public void Commit_AHundredThousandWrites_IsOneCommit()
    {
        const int Count = 100_000;
        using (var store = _home.Open(options => options.Compression = KvCompression.None))
        {
            store.Set("k00000", -1);
            var sequence = store.LastSequence;
            using var transaction = store.BeginTransaction();
            for (var i = 0; i < Count; i++)
            {
                transaction.Set($"k{i:D5}", i);
            }

            transaction.Count().ShouldBe(Count);
            transaction.Commit();
            store.LastSequence.ShouldBe(sequence + 1);
            store.Count().ShouldBe(Count);
        }

        using var again = new StoreHome(_home.Disk.CrashImage(CrashKind.PowerCutLosingAll)).Open();
        again.Count().ShouldBe(Count);
        Number(again, "k00000").ShouldBe(0);
        Number(again, "k99999").ShouldBe(Count - 1);
    }

    private static int Number(IKvStore store, string key) => store.TryGet<int>(key, out var value) ? value : -1;
}
