namespace SnapshotKv.Tests.Store;

/// <summary>What a transaction sees, and what it refuses because others changed it.</summary>
public sealed class KvTransactionTests
{
    private readonly StoreHome _home = new();

    [Fact]
    public void Read_OwnWrites_AreSeenByTheTransactionOnly()
    {
        using var store = _home.Open();
        store.Set("kept", 1);
        store.Set("gone", 1);
        using var transaction = store.BeginTransaction();
        transaction.Set("new", 2);
        transaction.Set("kept", 2);
        transaction.Remove("gone").ShouldBeTrue();
        transaction.Remove("gone").ShouldBeFalse();

        Number(transaction, "new").ShouldBe(2);
        Number(transaction, "kept").ShouldBe(2);
        transaction.Exists("gone").ShouldBeFalse();
        transaction.GetKeys().ShouldBe(["kept", "new"]);
        transaction.Count().ShouldBe(2);

        Number(store, "kept").ShouldBe(1);
        store.GetKeys().ShouldBe(["gone", "kept"]);
    }

    [Fact]
    public void Read_WhatWasThereAtTheStart_GoesOnAfterOthersChangedOtherKeys()
    {
        using var store = _home.Open();
        store.Set("mine", 1);
        using var transaction = store.BeginTransaction();
        store.Set("other", 1);

        Number(transaction, "mine").ShouldBe(1);
        transaction.Set("mine", 2);
        transaction.Commit();
        Number(store, "mine").ShouldBe(2);
        Number(store, "other").ShouldBe(1);
    }

    [Fact]
    public void Read_AKeyThatOthersChanged_IsAConflictAtOnce()
    {
        using var store = _home.Open();
        store.Set("changed", 1);
        store.Set("removed", 1);
        using var transaction = store.BeginTransaction();
        store.Set("changed", 2);
        store.Set("added", 1);
        store.Remove("removed");

        foreach (var key in (string[])["changed", "added", "removed"])
        {
            Conflict(() => transaction.TryGet<int>(key, out _)).ShouldBe(key);
            Conflict(() => transaction.TryGetBytes(key, out _)).ShouldBe(key);
            Conflict(() => transaction.Exists(key)).ShouldBe(key);
            Conflict(() => transaction.Remove(key)).ShouldBe(key);
            Conflict(() => transaction.Refresh(key)).ShouldBe(key);
            Conflict(() => transaction.GetTimeToLive(key)).ShouldBe(key);
            Conflict(() => transaction.TryGetInfo(key, out _)).ShouldBe(key);
        }

        Conflict(() => transaction.Count()).ShouldBe("added");
        Conflict(() => transaction.GetKeys("ch")).ShouldBe("changed");
        Conflict(() => transaction.RemoveByPrefix("rem")).ShouldBe("removed");
        Conflict(() => transaction.Clear()).ShouldBe("added");
    }

    [Fact]
    public void Read_AfterAConflict_TheTransactionIsStillThereButCannotCommitWrites()
    {
        using var store = _home.Open();
        using var transaction = store.BeginTransaction();
        store.Set("k", 1);
        Conflict(() => transaction.Exists("k")).ShouldBe("k");

        transaction.Exists("other").ShouldBeFalse();
        transaction.Set("other", 1);
        Conflict(transaction.Commit).ShouldBe("k");
        store.Exists("other").ShouldBeFalse();
    }

    [Fact]
    public void Commit_AKeyReadAndChangedSince_IsRefusedAndChangesNothing()
    {
        using var store = _home.Open();
        store.Set("read", 1);
        using var transaction = store.BeginTransaction();
        Number(transaction, "read").ShouldBe(1);
        transaction.Set("written", 1);
        store.Set("read", 2);
        var sequence = store.LastSequence;

        Conflict(transaction.Commit).ShouldBe("read");
        store.Exists("written").ShouldBeFalse();
        store.LastSequence.ShouldBe(sequence);
    }

    [Fact]
    public void Commit_AMissingKeyReadAndAddedSince_IsRefused()
    {
        using var store = _home.Open();
        using var transaction = store.BeginTransaction();
        transaction.Exists("k").ShouldBeFalse();
        transaction.Set("written", 1);
        store.Set("k", 1);

        Conflict(transaction.Commit).ShouldBe("k");
    }

    [Fact]
    public void Commit_AKeyThatWasAddedAndRemovedAgain_IsRefused()
    {
        using var store = _home.Open();
        using var transaction = store.BeginTransaction();
        transaction.Exists("k").ShouldBeFalse();
        transaction.Set("written", 1);
        store.Set("k", 1);
        store.Remove("k");

        Conflict(transaction.Commit).ShouldBe("k");
    }

    [Fact]
    public void Commit_OfTwoThatEachReadWhatTheOtherWrites_LetsOneThrough()
    {
        using var store = _home.Open();
        store.Set("a", 1);
        store.Set("b", 1);
        using var first = store.BeginTransaction();
        using var second = store.BeginTransaction();
        first.Set("a", Number(first, "b") - 1);
        second.Set("b", Number(second, "a") - 1);

        first.Commit();
        Conflict(second.Commit).ShouldBe("a");
        (Number(store, "a"), Number(store, "b")).ShouldBe((0, 1));
    }

    [Fact]
    public void Commit_OfTwoThatWriteTheSameKeyUnread_LetsOneThrough()
    {
        using var store = _home.Open();
        using var first = store.BeginTransaction();
        using var second = store.BeginTransaction();
        first.Set("k", 1);
        second.Set("k", 2);
        second.Commit();

        Conflict(first.Commit).ShouldBe("k");
        Number(store, "k").ShouldBe(2);
    }

    [Fact]
    public void Commit_OfTwoThatTouchDifferentKeys_LetsBothThrough()
    {
        using var store = _home.Open();
        using var first = store.BeginTransaction();
        using var second = store.BeginTransaction();
        first.Set("a", 1);
        second.Set("b", 2);
        second.Commit();
        first.Commit();

        (Number(store, "a"), Number(store, "b")).ShouldBe((1, 2));
    }

    [Theory]
    [InlineData("count")]
    [InlineData("keys")]
    [InlineData("scan")]
    [InlineData("remove")]
    public void Commit_AfterAScanIntoWhichOthersWrote_IsRefused(string how)
    {
        using var store = _home.Open();
        store.Set("p:1", 1);
        using var transaction = store.BeginTransaction();
        _ = how switch
        {
            "count" => transaction.Count("p:"),
            "keys" => transaction.GetKeys("p:").Count(),
            "scan" => transaction.Scan<int>("p:").Count(),
            _ => transaction.RemoveByPrefix("p:"),
        };
        transaction.Set("written", 1);
        store.Set("p:2", 1);

        Conflict(transaction.Commit).ShouldBe("p:2");
        store.Count("p:").ShouldBe(2);
    }

    [Fact]
    public void Commit_AfterAScanBesideWhichOthersWrote_Succeeds()
    {
        using var store = _home.Open();
        using var transaction = store.BeginTransaction();
        transaction.Count("p:").ShouldBe(0);
        transaction.GetKeysByTag("red").ShouldBeEmpty();
        transaction.Set("written", 1);
        store.Set("o", 1);
        store.Set("q:", 1, new KvEntryOptions { Tags = ["blue", "redder"] });

        transaction.Commit();
        store.Exists("written").ShouldBeTrue();
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Commit_AfterAScanByTag_OthersTaggingOrUntagging_IsRefused(bool remove)
    {
        using var store = _home.Open();
        store.Set("a", 1, Tagged("red"));
        using var transaction = store.BeginTransaction();
        transaction.GetKeysByTag("red").ShouldBe(["a"]);
        transaction.Set("written", 1);
        if (remove)
        {
            store.Set("a", 1);
        }
        else
        {
            store.Set("b", 1, Tagged("red"));
        }

        Conflict(() => transaction.RemoveByTag("red")).ShouldBe(remove ? "a" : "b");
        Conflict(transaction.Commit).ShouldBe(remove ? "a" : "b");
    }

    [Fact]
    public void Scan_ByTagAndPrefix_ShowsOwnWrites()
    {
        using var store = _home.Open();
        store.Set("a", 1, Tagged("red"));
        store.Set("b", 1, Tagged("red"));
        using var transaction = store.BeginTransaction();
        transaction.Set("c", 1, Tagged("red", "blue"));
        transaction.Set("a", 1, Tagged("blue"));

        transaction.GetKeysByTag("red").ShouldBe(["b", "c"]);
        transaction.GetKeysByTag("blue").ShouldBe(["a", "c"]);
        transaction.RemoveByTag("red").ShouldBe(2);
        transaction.GetKeys().ShouldBe(["a"]);
        transaction.Commit();
        store.GetKeys().ShouldBe(["a"]);
        store.GetKeysByTag("blue").ShouldBe(["a"]);
        store.GetKeysByTag("red").ShouldBeEmpty();
    }

    [Fact]
    public void Commit_OfOneThatOnlyReads_NeverConflicts()
    {
        using var store = _home.Open();
        store.Set("k", 1);
        var sequence = store.LastSequence;
        using var transaction = store.BeginTransaction();
        Number(transaction, "k").ShouldBe(1);
        store.Set("k", 2);
        transaction.Commit();

        store.LastSequence.ShouldBe(sequence + 1);
    }

    [Fact]
    public void Clear_OfOthers_IsAConflictWithWhateverIsLookedAtAfterwards()
    {
        using var store = _home.Open();
        store.Set("k", 1);
        using var early = store.BeginTransaction();
        early.Set("early", 1);
        Number(early, "k").ShouldBe(1);
        store.Clear();
        using var late = store.BeginTransaction();

        Should.Throw<KvConflictException>(() => early.Exists("k"));
        Should.Throw<KvConflictException>(() => early.Count());
        Should.Throw<KvConflictException>(() => early.GetKeysByTag("t"));
        Should.Throw<KvConflictException>(early.Commit);
        late.Exists("k").ShouldBeFalse();
        late.Set("k", 2);
        late.Commit();
        store.GetKeys().ShouldBe(["k"]);
    }

    [Fact]
    public void RemoveByPrefixAndByTag_OfOthers_AreConflicts()
    {
        using var store = _home.Open();
        store.Set("p:1", 1);
        store.Set("q:1", 1, Tagged("red"));
        using var transaction = store.BeginTransaction();
        store.RemoveByPrefix("p:");
        store.RemoveByTag("red");

        Conflict(() => transaction.Exists("p:1")).ShouldBe("p:1");
        Conflict(() => transaction.Exists("q:1")).ShouldBe("q:1");
        Conflict(() => transaction.GetKeysByTag("red")).ShouldBe("q:1");
        transaction.Exists("r:1").ShouldBeFalse();
    }

    [Fact]
    public void Clear_Inside_RemovesKeysThatNoStringReachesToo()
    {
        Fixtures.CopyTo("invalid-utf8", _home.Disk, StoreHome.Path);
        using var store = _home.Open();
        var (opaque, named) = (store.OpaqueKeyCount, store.Count());
        opaque.ShouldBeGreaterThan(0);
        using (var transaction = store.BeginTransaction())
        {
            transaction.Set("own", 1);
            transaction.Clear().ShouldBe(opaque + named + 1);
            transaction.Count().ShouldBe(0);
            transaction.Set("after", 1);
            transaction.Commit();
        }

        store.OpaqueKeyCount.ShouldBe(0);
        store.GetKeys().ShouldBe(["after"]);
    }

    [Fact]
    public void RemoveByPrefix_InsideOfAll_LeavesKeysThatNoStringReaches()
    {
        Fixtures.CopyTo("invalid-utf8", _home.Disk, StoreHome.Path);
        using var store = _home.Open();
        var opaque = store.OpaqueKeyCount;
        using var transaction = store.BeginTransaction();
        transaction.RemoveByPrefix("");
        transaction.Commit();

        store.OpaqueKeyCount.ShouldBe(opaque);
        store.Count().ShouldBe(0);
    }

    [Fact]
    public void Partitions_Inside_SeeTheTransactionAndNothingElse()
    {
        using var store = _home.Open();
        store.Set("p:a", 1);
        store.Set("q:a", 1);
        using var transaction = store.BeginTransaction();
        var partition = transaction.GetPartition("p:");
        partition.Set("b", 2);
        Number(transaction, "p:b").ShouldBe(2);
        partition.GetKeys().ShouldBe(["a", "b"]);
        partition.GetPartition("b").Exists("").ShouldBeTrue();
        partition.GetPartition("").GetKeys().ShouldBe(["a", "b"]);
        partition.Clear().ShouldBe(2);
        transaction.GetKeys().ShouldBe(["q:a"]);
        store.Count().ShouldBe(2);
        transaction.Commit();

        store.GetKeys().ShouldBe(["q:a"]);
        Should.Throw<InvalidOperationException>(() => partition.Exists("a"));
    }

    [Fact]
    public void BeginTransaction_OnAPartition_KnowsItsKeysAndDefaults()
    {
        using var store = _home.Open();
        var partition = store.GetPartition("p:", new KvPartitionOptions { DefaultEntryOptions = new() { TimeToLive = TimeSpan.FromSeconds(10), Tags = ["d"] } });
        store.Set("outside", 1);
        using var transaction = partition.BeginTransaction();
        transaction.Set("k", 1);
        transaction.Set("forever", 1, new KvEntryOptions { TimeToLive = Timeout.InfiniteTimeSpan, Tags = [] });
        transaction.GetKeys().ShouldBe(["forever", "k"]);
        transaction.GetKeysByTag("d").ShouldBe(["k"]);
        transaction.Exists("outside").ShouldBeFalse();
        _home.Clock.Advance(TimeSpan.FromSeconds(4));
        transaction.Commit();

        store.GetTimeToLive("p:k").Remaining.ShouldBe(TimeSpan.FromSeconds(10));
        store.GetTimeToLive("p:forever").ShouldBe(KvTimeToLive.Unlimited);
        store.GetKeysByTag("d").ShouldBe(["p:k"]);
        Number(partition, "k").ShouldBe(1);
    }

    [Fact]
    public void GetPartition_WithOptionsInside_HasItsDefaults()
    {
        using var store = _home.Open();
        using var transaction = store.BeginTransaction();
        var options = new KvPartitionOptions { DefaultEntryOptions = new() { TimeToLive = TimeSpan.FromSeconds(10), Tags = ["d"] } };
        var partition = transaction.GetPartition("p:", options);
        transaction.Set("plain", 1);
        _home.Clock.Advance(TimeSpan.FromSeconds(5));
        partition.Set("k", 1);
        partition.GetPartition("q:").Set("k", 1);
        partition.GetTimeToLive("k").Remaining.ShouldBe(TimeSpan.FromSeconds(10));
        transaction.Commit();

        store.GetKeysByTag("d").ShouldBe(["p:k", "p:q:k"]);
        store.GetTimeToLive("p:q:k").Remaining.ShouldBe(TimeSpan.FromSeconds(10));
        store.GetTimeToLive("plain").ShouldBe(KvTimeToLive.Unlimited);
        Should.Throw<ArgumentException>(() => transaction.GetPartition("p:", new KvPartitionOptions { DefaultEntryOptions = new() { AbsoluteExpiration = DateTimeOffset.MaxValue } }));
        Should.Throw<ArgumentNullException>(() => transaction.GetPartition("p:", null!)).ParamName.ShouldBe("options");
    }

    [Fact]
    public void Conflict_InATransactionOnAPartition_NamesTheKeyAsThePartitionDoes()
    {
        using var store = _home.Open();
        var partition = (KvPartition)store.GetPartition("p:");
        using var transaction = partition.BeginTransaction();
        transaction.Exists("k").ShouldBeFalse();
        transaction.Count("s").ShouldBe(0);
        transaction.Set("x", 1);
        partition.Set("k", 1);

        Conflict(() => transaction.Exists("k")).ShouldBe("k");
        Conflict(() => transaction.GetPartition("k").Exists("")).ShouldBe("k");
        Conflict(transaction.Commit).ShouldBe("k");
    }

    [Fact]
    public void Conflict_OnTheEmptyKey_NamesIt()
    {
        using var store = _home.Open();
        using var transaction = store.BeginTransaction();
        transaction.Set("", 1);
        store.Set("", 2);

        Should.Throw<KvConflictException>(() => transaction.Count()).Message.ShouldContain("''");
        var exception = Should.Throw<KvConflictException>(transaction.Commit);
        exception.Key.ShouldBe("");
        exception.Message.ShouldContain("Key ''");
    }

    [Fact]
    public void Conflict_AfterAClear_DoesNotNameAKeyThatNobodyNamed()
    {
        using var store = _home.Open();
        store.Set("k", 1);
        using var transaction = store.BeginTransaction();
        transaction.Count().ShouldBe(1);
        transaction.Set("x", 1);
        store.Clear();

        var exception = Should.Throw<KvConflictException>(() => transaction.GetKeys());
        exception.Key.ShouldBeNull();
        exception.Message.ShouldContain("begin another one and try again");
    }

    [Fact]
    public void TryCommit_Inside_JudgesByWhatTheTransactionSees()
    {
        using var store = _home.Open();
        store.Set("old", 1, Tagged("red"));
        using var transaction = store.BeginTransaction();
        transaction.Set("own", 1);
        transaction.TryGet<int>("own", out _, out var own).ShouldBeTrue();
        transaction.TryGet<int>("old", out _, out var old).ShouldBeTrue();
        own.ShouldBeGreaterThan(old);

        transaction.TryCommit(transaction.CreateBatch().Set("a", 1).RequireVersion("own", own + 1)).ConflictingKey.ShouldBe("own");
        transaction.TryCommit(transaction.CreateBatch().Set("a", 1).RequireAbsent("old")).ConflictingKey.ShouldBe("old");
        transaction.TryCommit(new KvBatch().SetBytes("a", [1]).UpdateEncoded("missing", Encoded(7))).ConflictingKey.ShouldBe("missing");
        transaction.Exists("a").ShouldBeFalse();

        var result = transaction.TryCommit(transaction.CreateBatch()
            .Set("a", 1).Set("b", 2).Remove("own").Remove("missing").UpdateEncoded("old", Encoded(7))
            .RequireVersion("own", own).RequireVersion("old", old).RequireAbsent("missing"));
        result.IsCommitted.ShouldBeTrue();
        result.RemovedCount.ShouldBe(1);
        foreach (var key in (string[])["a", "b", "old"])
        {
            transaction.TryGetInfo(key, out var info).ShouldBeTrue();
            info.Version.ShouldBe(result.Version, key);
        }

        transaction.GetKeysByTag("red").ShouldBe(["old"]);
        store.GetKeys().ShouldBe(["old"]);
        transaction.Commit();
        store.GetKeys().ShouldBe(["a", "b", "old"]);
        Number(store, "old").ShouldBe(7);
        store.GetKeysByTag("red").ShouldBe(["old"]);
    }

    [Fact]
    public void TryUpdate_InsideTwice_TakesTheVersionThatTheFirstGave()
    {
        using var store = _home.Open();
        store.Set("k", 1);
        using var transaction = store.BeginTransaction();
        transaction.TryGet<int>("k", out _, out var version).ShouldBeTrue();
        transaction.TryUpdate("k", 2, version, out var second).ShouldBeTrue();
        transaction.TryUpdate("k", 3, version).ShouldBeFalse();
        transaction.TryUpdate("k", 3, second).ShouldBeTrue();
        transaction.Commit();

        Number(store, "k").ShouldBe(3);
    }

    [Fact]
    public async Task ExtensionMethods_Inside_AreBoundToTheTransaction()
    {
        using var store = _home.Open();
        store.Set("counter", 5L);
        using var transaction = store.BeginTransaction();
        transaction.Increment("counter").ShouldBe(6);
        (await transaction.IncrementAsync("counter", 10, cancellationToken: TestContext.Current.CancellationToken)).ShouldBe(16);
        transaction.TryAdd("counter", 1L).ShouldBeFalse();
        transaction.TryAdd("added", 1).ShouldBeTrue();
        transaction.SetMany([KeyValuePair.Create("m1", 1), KeyValuePair.Create("m2", 2)]);
        transaction.GetMany<int>(["m1", "m2", "m3"]).Count.ShouldBe(2);
        transaction.RemoveMany(["m1", "m3"]).ShouldBe(1);
        transaction.GetOrCreate("made", () => transaction.Increment("counter")).ShouldBe(17);
        (await transaction.GetOrCreateAsync("made2", _ => ValueTask.FromResult(3), cancellationToken: TestContext.Current.CancellationToken)).ShouldBe(3);
        store.GetKeys().ShouldBe(["counter"]);
        await transaction.CommitAsync(TestContext.Current.CancellationToken);

        store.GetKeys().ShouldBe(["added", "counter", "m2", "made", "made2"]);
        store.TryGet<long>("counter", out var counter).ShouldBeTrue();
        counter.ShouldBe(17);
    }

    [Fact]
    public void GetOrCreate_Inside_RecursingThroughAPartition_IsRefused()
    {
        using var store = _home.Open();
        using var transaction = store.BeginTransaction();
        var depth = 0;

        Should.Throw<InvalidOperationException>(() => Make(transaction, "p:k")).Message.ShouldContain("asks for that key itself");
        transaction.Exists("p:k").ShouldBeFalse();

        int Make(IKvStore keyspace, string key) => keyspace.GetOrCreate(key, () => ++depth < 5 ? Make(transaction.GetPartition("p:"), "k") : 1);
    }

    [Fact]
    public void Watch_Inside_TellsOfTheCommitOnly()
    {
        using var store = _home.Open();
        using var transaction = store.BeginTransaction();
        var token = transaction.Watch("k");
        transaction.Set("k", 1);
        token.HasChanged.ShouldBeFalse();
        transaction.Commit();
        token.HasChanged.ShouldBeTrue();
    }

    private static KvEntryOptions Tagged(params string[] tags) => new() { Tags = tags };

    private static System.Buffers.ReadOnlySequence<byte> Encoded(byte number) => new([number]);

    private static int Number(IKvStore store, string key) => store.TryGet<int>(key, out var value) ? value : -1;

    private static string? Conflict(Action action) => Should.Throw<KvConflictException>(action).Key;

    private static string? Conflict<T>(Func<T> action) => Should.Throw<KvConflictException>(() => { action(); }).Key;
}
