using System.Buffers;

namespace SnapshotKv.Tests.Store;

/// <summary>Versions, and batches that are carried out only under conditions.</summary>
public sealed class KvBatchConditionTests
{
    private readonly StoreHome _home = new();

    [Theory]
    [MemberData(nameof(Fixtures.Theory), MemberType = typeof(Fixtures))]
    public void Version_OfWhatGoWrote_IsAtLeastOneAndHolds(string fixture)
    {
        var expected = Fixtures.LoadExpected(fixture);
        if (expected["loads"] is null)
        {
            return;
        }

        Fixtures.CopyTo(fixture, _home.Disk, StoreHome.Path);
        using var store = _home.Open(options => options.Format = (string?)expected["codec"] == "json" ? KvFormat.Json : KvFormat.MessagePack);
        foreach (var key in store.GetKeys().ToList())
        {
            var version = Version(store, key);
            version.ShouldBeGreaterThanOrEqualTo(1);
            store.TryCommit(new KvBatch().SetBytes("seen", [1]).RequireVersion(key, version)).IsCommitted.ShouldBeTrue();
            store.TryCommit(new KvBatch().SetBytes("seen", [2]).RequireAbsent(key)).IsCommitted.ShouldBeFalse();
        }
    }

    [Fact]
    public void Commit_EntryThatIsRefused_NamesItsKey()
    {
        using var store = KvStore.Open((string?)null);
        foreach (var options in new KvEntryOptions[]
        {
            new() { TimeToLive = TimeSpan.Zero },
            new() { SlidingExpiration = TimeSpan.FromTicks(-1) },
            new() { AbsoluteExpiration = DateTimeOffset.UnixEpoch },
            new() { AbsoluteExpiration = DateTimeOffset.MaxValue },
            new() { TimeToLive = TimeSpan.MaxValue },
            new() { Tags = [""] },
        })
        {
            Should.Throw<ArgumentException>(() => store.Commit(new KvBatch().SetBytes("good", [1]).SetBytes("bad", [1], options)))
                .Message.ShouldContain("'bad'");
            Should.Throw<ArgumentException>(() => store.SetMany(new Dictionary<string, int> { ["bad"] = 1 }, options)).Message.ShouldContain("'bad'");
        }

        store.Count().ShouldBe(0);
        Should.Throw<KvConflictException>(() => store.Commit(new KvBatch().UpdateEncoded("missing", new(new byte[] { 1 })))).Message.ShouldContain("no live entry");
        store.Set("there", 1);
        Should.Throw<KvConflictException>(() => store.Commit(new KvBatch().RequireAbsent("there"))).Message.ShouldContain("has a live entry");
        Should.Throw<KvConflictException>(() => store.Commit(new KvBatch().RequireVersion("there", 1_000_000))).Message.ShouldContain("version 1000000");
    }

    [Fact]
    public void Version_ChangesWithEverySetAndNotWithASlide()
    {
        using var store = _home.Open();
        store.Set("k", 1, new KvEntryOptions { SlidingExpiration = TimeSpan.FromSeconds(10) });
        var first = Version(store, "k");
        _home.Clock.Advance(TimeSpan.FromSeconds(5));
        store.Refresh("k").ShouldBeTrue();
        Version(store, "k").ShouldBe(first);
        store.Set("k", 1);
        var second = Version(store, "k");
        second.ShouldBeGreaterThan(first);
        store.Remove("k");
        Version(store, "k").ShouldBe(0);
        store.Set("k", 1);
        Version(store, "k").ShouldBeGreaterThan(second);
    }

    [Fact]
    public void Version_AfterACrash_IsNeverOneThatWasHandedOutBefore()
    {
        var known = new HashSet<long>();
        var home = _home;
        for (var life = 0; life < 6; life++)
        {
            var store = home.Open(options => options.SaveDebounce = Timeout.InfiniteTimeSpan);
            store.Set("kept", life);
            if (life == 3)
            {
                store.Save();
            }

            for (var i = 0; i < 100; i++)
            {
                store.Set("lost", i);
                known.Add(Version(store, "lost")).ShouldBeTrue();
            }

            home = new StoreHome(home.Disk.CrashImage(Testing.CrashKind.PowerCutLosingAll), home.Clock);
            store.Dispose();
            home.Clock.Advance(TimeSpan.FromMilliseconds(1));
        }
    }

    [Fact]
    public void Version_AfterReopening_IsThatOfTheSnapshot()
    {
        long older;
        ulong last;
        using (var store = _home.Open())
        {
            store.Set("k", 1);
            older = Version(store, "k");
            store.Set("other", 1);
            last = store.LastSequence;
        }

        // The file has one number for all: who holds an older one meets a conflict that is none, and never misses one that is.
        using var again = _home.Open();
        Version(again, "k").ShouldBe((long)last);
        again.TryUpdate("k", 2, older).ShouldBeFalse();
        again.TryUpdate("k", 2, (long)last, out var updated).ShouldBeTrue();
        updated.ShouldBeGreaterThan((long)last);
    }

    [Fact]
    public void TryCommit_WithConditions_CountsThemAll()
    {
        using var store = _home.Open();
        store.Set("a", 1);
        store.Set("b", 1);
        var (a, b) = (Version(store, "a"), Version(store, "b"));
        KvBatch Batch() => store.CreateBatch().Set("c", 1).Remove("a").RequireVersion("a", a).RequireVersion("b", b).RequireAbsent("c").RequireVersion("d", 0);

        store.Set("b", 2);
        var refused = store.TryCommit(Batch());
        refused.ShouldBe(new KvCommitResult { ConflictingKey = "b" });
        refused.IsCommitted.ShouldBeFalse();
        refused.Version.ShouldBe(0);
        store.GetKeys().ShouldBe(["a", "b"]);
        var sequence = store.LastSequence;

        b = Version(store, "b");
        var done = store.TryCommit(Batch());
        done.ShouldBe(new KvCommitResult { Version = (long)sequence + 1, RemovedCount = 1 });
        done.IsCommitted.ShouldBeTrue();
        Version(store, "c").ShouldBe(done.Version);
        store.TryCommit(Batch()).ConflictingKey.ShouldBe("a");
    }

    [Fact]
    public void TryCommit_Twice_CanUseTheSameBatch()
    {
        using var store = _home.Open();
        store.Set("u", 1);
        var batch = store.CreateBatch().Set("k", 1).UpdateEncoded("u", new ReadOnlySequence<byte>([5])).Remove("x");
        var first = store.Commit(batch);
        var second = store.Commit(batch);

        second.Version.ShouldBe(first.Version + 1);
        Version(store, "k").ShouldBe(second.Version);
        Version(store, "u").ShouldBe(second.Version);
    }

    [Fact]
    public void RequireVersion_OfAnExpiredEntry_IsAConflict_AndRequireAbsentIsNot()
    {
        using var store = _home.Open();
        store.Set("k", 1, TimeSpan.FromSeconds(1));
        var version = Version(store, "k");
        _home.Clock.Advance(TimeSpan.FromSeconds(1));

        store.TryCommit(new KvBatch().SetBytes("x", []).RequireVersion("k", version)).ConflictingKey.ShouldBe("k");
        store.TryCommit(new KvBatch().SetBytes("x", []).RequireAbsent("k")).IsCommitted.ShouldBeTrue();
        store.TryCommit(store.CreateBatch().Set("k", 2).RequireAbsent("k")).IsCommitted.ShouldBeTrue();
        store.TryCommit(store.CreateBatch().Set("k", 3).RequireAbsent("k")).ConflictingKey.ShouldBe("k");
    }

    [Fact]
    public void EmptyBatch_MakesNoCommit()
    {
        using var store = _home.Open();
        store.Set("k", 1);
        var sequence = (long)store.LastSequence;

        store.TryCommit(new KvBatch()).ShouldBe(new KvCommitResult { Version = sequence });
        store.TryCommit(new KvBatch().RequireVersion("k", sequence)).ShouldBe(new KvCommitResult { Version = sequence });
        store.TryCommit(new KvBatch().RequireAbsent("k")).ConflictingKey.ShouldBe("k");
        store.TryCommit(new KvBatch().Remove("missing")).ShouldBe(new KvCommitResult { Version = sequence });
        ((long)store.LastSequence).ShouldBe(sequence);
    }

    [Fact]
    public void UpdateEncoded_KeepsLifeAndTags_AndSlides()
    {
        using var store = _home.Open();
        store.Set("k", 1, new KvEntryOptions
        {
            SlidingExpiration = TimeSpan.FromSeconds(10),
            AbsoluteExpiration = _home.Clock.GetUtcNow().AddSeconds(25),
            Tags = ["red", "blue"],
        });
        store.Set("t", 1, TimeSpan.FromSeconds(30));
        _home.Clock.Advance(TimeSpan.FromSeconds(8));
        store.Commit(new KvBatch().UpdateEncoded("k", Encoded(7)).UpdateEncoded("t", Encoded(8)));

        store.TryGetInfo("k", out var info).ShouldBeTrue();
        info.Tags.ShouldBe(["red", "blue"]);
        info.SlidingExpiration.ShouldBe(TimeSpan.FromSeconds(10));
        info.ExpiresAt.ShouldBe(_home.Clock.GetUtcNow().AddSeconds(10));
        store.GetTimeToLive("t").Remaining.ShouldBe(TimeSpan.FromSeconds(22));
        store.TryGet<int>("k", out var value).ShouldBeTrue();
        value.ShouldBe(7);
        store.GetKeysByTag("red").ShouldBe(["k"]);

        _home.Clock.Advance(TimeSpan.FromSeconds(9));
        store.Refresh("k").ShouldBeTrue();
        store.Commit(new KvBatch().UpdateEncoded("k", Encoded(9)));
        store.GetTimeToLive("k").Remaining.ShouldBe(TimeSpan.FromSeconds(8));
    }

    [Fact]
    public void UpdateEncoded_KeepsTheBlobThatGoWrote()
    {
        Fixtures.CopyTo("blobs", _home.Disk, StoreHome.Path);
        using var store = _home.Open();
        var key = store.GetKeys().First(key => store.TryGetInfo(key, out var info) && info.HasBlob);
        store.Commit(new KvBatch().UpdateEncoded(key, Encoded(7)));

        store.TryGetInfo(key, out var after).ShouldBeTrue();
        after.HasBlob.ShouldBeTrue();
        after.ValueBytes.ShouldBe(1);
        store.Set(key, 1);
        store.TryGetInfo(key, out after).ShouldBeTrue();
        after.HasBlob.ShouldBeFalse();
    }

    [Fact]
    public void UpdateEncoded_WithoutALiveEntry_IsAConflictThatNamesTheKey()
    {
        using var store = _home.Open();
        store.Set("expired", 1, TimeSpan.FromSeconds(1));
        _home.Clock.Advance(TimeSpan.FromSeconds(1));

        foreach (var key in (string[])["expired", "missing"])
        {
            var batch = new KvBatch().SetBytes("other", [1]).UpdateEncoded(key, Encoded(1));
            store.TryCommit(batch).ConflictingKey.ShouldBe(key);
            var exception = Should.Throw<KvConflictException>(() => store.Commit(batch));
            exception.Key.ShouldBe(key);
            exception.Message.ShouldContain($"'{key}'");
        }

        store.Count().ShouldBe(0);
    }

    [Fact]
    public async Task CommitAsync_RefusedByACondition_ThrowsNamingTheKey()
    {
        using var store = _home.Open();
        store.Set("k", 1);
        var exception = await Should.ThrowAsync<KvConflictException>(async () =>
            await store.CommitAsync(new KvBatch().SetBytes("x", [1]).RequireAbsent("k"), TestContext.Current.CancellationToken));

        exception.Key.ShouldBe("k");
        exception.ShouldBeAssignableTo<KvStoreException>();
        store.Exists("x").ShouldBeFalse();
    }

    [Fact]
    public void TryCommit_InAPartition_NamesTheKeyWithoutThePrefix()
    {
        using var store = _home.Open();
        var partition = store.GetPartition("p:");
        partition.Set("k", 1);
        store.Set("k", 1);

        partition.TryCommit(new KvBatch().SetBytes("x", [1]).RequireAbsent("k")).ConflictingKey.ShouldBe("k");
        Should.Throw<KvConflictException>(() => partition.Commit(new KvBatch().RequireVersion("other", 1))).Key.ShouldBe("other");
        partition.TryCommit(new KvBatch().RequireVersion("k", Version(store, "p:k"))).IsCommitted.ShouldBeTrue();
    }

    [Fact]
    public void BadArguments_AreRefusedAndChangeNothing()
    {
        using var store = _home.Open(options => options.MaxValueBytes = 10);
        store.Set("kept", 1);
        var sequence = store.LastSequence;
        var tooLong = new string('k', 65_536);

        Should.Throw<ArgumentNullException>(() => store.TryCommit(null!));
        Should.Throw<ArgumentNullException>(() => new KvBatch().RequireVersion(null!, 1));
        Should.Throw<ArgumentNullException>(() => new KvBatch().UpdateEncoded(null!, Encoded(1)));
        Should.Throw<ArgumentNullException>(() => new KvBatch().Remove(null!));
        Should.Throw<ArgumentNullException>(() => new KvBatch().SetBytes(null!, []));
        Should.Throw<ArgumentNullException>(() => store.CreateBatch().Set(null!, 1));
        Should.Throw<ArgumentOutOfRangeException>(() => new KvBatch().RequireVersion("k", -1)).ParamName.ShouldBe("version");
        Should.Throw<InvalidOperationException>(() => new KvBatch().Set("k", 1)).Message.ShouldContain(nameof(KvStoreExtensions.CreateBatch));
        Should.Throw<ArgumentException>(() => store.TryCommit(store.CreateBatch().Set("k", 1).Set(tooLong, 1)));
        Should.Throw<ArgumentException>(() => store.TryCommit(store.CreateBatch().Set("k", 1).RequireAbsent("\udc00")));
        Should.Throw<ArgumentException>(() => store.TryCommit(store.CreateBatch().Set("k", 1, new KvEntryOptions { Tags = [new string('t', 1025)] })));
        Should.Throw<ArgumentOutOfRangeException>(() => store.TryCommit(store.CreateBatch().Set("k", 1).Set("l", 1, new KvEntryOptions { TimeToLive = TimeSpan.Zero })));
        Should.Throw<ArgumentOutOfRangeException>(() => store.TryCommit(store.CreateBatch().Set("k", 1).SetBytes("l", new byte[11])));
        Should.Throw<KvSerializationException>(() => store.TryCommit(store.CreateBatch().Set("k", 1).UpdateEncoded("kept", new ReadOnlySequence<byte>([1, 2]))));
        Should.Throw<KvSerializationException>(() => store.CreateBatch().Set("k", new Action(() => { })));
        store.GetKeys().ShouldBe(["kept"]);
        store.LastSequence.ShouldBe(sequence);
    }

    private static ReadOnlySequence<byte> Encoded(byte number) => new([number]);

    private static long Version(IKvStore store, string key)
    {
        var isThere = store.TryGetInfo(key, out var info);
        info.Version.ShouldBe(isThere ? info.Version : 0);
        store.TryReadEncoded(key, new ArrayBufferWriter<byte>(), out var version).ShouldBe(isThere);
        version.ShouldBe(info.Version);
        return version;
    }
}
