using System.Text;
using SnapshotKv.Journal;
using SnapshotKv.Tests.Serialization;
using SnapshotKv.Tests.Store;

namespace SnapshotKv.Tests.Following;

/// <summary>A follower does what its owner does, commit by commit.</summary>
public sealed class FollowedCommitsTests
{
    private readonly FollowerHome _home = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    /// <summary>What an owner can do, by name; each leaves something behind that the next can meet.</summary>
    public static TheoryData<string> Deeds => [.. AllDeeds.Keys];

    private static Dictionary<string, Action<KvStore>> AllDeeds { get; } = new(StringComparer.Ordinal)
    {
        ["set"] = static store => store.Set("a", "x"),
        ["overwrite"] = static store => store.Set("a", 2),
        ["remove"] = static store => store.Remove("a"),
        ["remove nothing"] = static store => store.Remove("never"),
        ["batch"] = static store => store.Commit(new KvBatch().SetBytes("b1", [1]).SetBytes("b2", [2]).Remove("a").Remove("never")),
        ["transaction"] = static store =>
        {
            using var transaction = store.BeginTransaction();
            transaction.Set("t1", 1);
            transaction.Set("t2", 2);
            transaction.Remove("b1");
            transaction.Commit();
        },
        ["increment"] = static store => store.Increment("n"),
        ["tags"] = static store =>
        {
            store.Set("g1", 1, new KvEntryOptions { Tags = ["red", "blue"] });
            store.Set("g2", 2, new KvEntryOptions { Tags = ["red"] });
            store.Set("g3", 3, new KvEntryOptions { Tags = ["blue"] });
        },
        ["remove by tag"] = static store => store.RemoveByTag("red"),
        ["remove by tag in a partition"] = static store =>
        {
            store.Set("p:x", 1, new KvEntryOptions { Tags = ["red"] });
            store.Set("q:x", 1, new KvEntryOptions { Tags = ["red"] });
            store.GetPartition("p:").RemoveByTag("red");
        },
        ["remove by prefix"] = static store =>
        {
            store.Set("p:a", 1);
            store.Set("p:b", 1);
            store.RemoveByPrefix("p:");
        },
        ["expiry"] = static store => store.Set("e", 1, TimeSpan.FromHours(1)),
        ["sliding"] = static store => store.Set("s", 1, new KvEntryOptions { SlidingExpiration = TimeSpan.FromHours(1), TimeToLive = TimeSpan.FromDays(1) }),
        ["blob"] = static store => store.SetBlob("f", "about", Encoding.UTF8.GetBytes("content")),
        ["another blob"] = static store => store.UpdateBlob("f", Encoding.UTF8.GetBytes("other content")),
        ["large"] = static store => store.SetBytes("large", new byte[300_000]),
        ["save"] = static store => store.Save(),
        ["clear"] = static store => store.Clear(),
        ["set again"] = static store => store.Set("a", "y"),
    };

    [Theory]
    [MemberData(nameof(Deeds))]
    public void Follow_EachThingThatAnOwnerDoes_HoldsTheSame(string last)
    {
        using var owner = _home.OpenOwner();
        using var follower = _home.Follow();
        foreach (var (name, deed) in AllDeeds)
        {
            deed(owner);
            follower.FollowNow();
            FollowerHome.ShouldBeEqual(follower, owner);
            if (name == last)
            {
                break;
            }
        }

        follower.Follower!.Version.ShouldBe((long)owner.LastSequence);
        follower.Follower!.Reloads.ShouldBe(0);
        using var late = _home.Follow();
        FollowerHome.ShouldBeEqual(late, owner);
    }

    [Fact]
    public void Follow_AllAtOnce_HoldsTheSame()
    {
        using var owner = _home.OpenOwner();
        using var follower = _home.Follow();
        follower.GetKeysByTag("red").ShouldBeEmpty();
        foreach (var deed in AllDeeds.Values)
        {
            deed(owner);
        }

        follower.FollowNow();
        FollowerHome.ShouldBeEqual(follower, owner);
        follower.GetKeysByTag("blue").ShouldBe(owner.GetKeysByTag("blue"));
        follower.Follower!.Reloads.ShouldBe(0);
    }

    [Fact]
    public async Task Watch_TellsTheOwnersChanges_InTheirOrderAndWithTheirNumbers()
    {
        using var owner = _home.OpenOwner();
        owner.Set("before", 1);
        using var follower = _home.Follow();
        await using var here = follower.WatchAsync(cancellationToken: Token).GetAsyncEnumerator(Token);
        await using var there = owner.WatchAsync(cancellationToken: Token).GetAsyncEnumerator(Token);
        foreach (var deed in AllDeeds.Values)
        {
            deed(owner);
        }

        follower.FollowNow();
        owner.Set("end", 1);
        follower.FollowNow();
        var told = await TakeThroughEnd(there);
        (await TakeThroughEnd(here)).ShouldBe(told);
        told.Count.ShouldBeGreaterThan(20);
    }

    [Fact]
    public void Watch_Token_IsFiredByTheOwnersCommit()
    {
        using var owner = _home.OpenOwner();
        using var follower = _home.Follow();
        var fired = 0;
        using var registration = follower.Watch("config:").RegisterChangeCallback(_ => fired++, null);
        owner.Set("other", 1);
        follower.FollowNow();
        fired.ShouldBe(0);
        owner.Set("config:a", 1);
        follower.FollowNow();
        fired.ShouldBe(1);
    }

    [Fact]
    public void Timer_LooksEveryFiftyMilliseconds()
    {
        using var owner = _home.OpenOwner();
        using var follower = _home.Follow();
        owner.Set("a", 1);
        _home.Clock.Advance(TimeSpan.FromMilliseconds(49));
        follower.Exists("a").ShouldBeFalse();
        _home.Clock.Advance(TimeSpan.FromMilliseconds(1));
        follower.Exists("a").ShouldBeTrue();
        follower.Follower!.Lag.ShouldBe(TimeSpan.Zero);
    }

    [Fact]
    public void Slide_OfTheOwner_KeepsTheEntryAliveHere_AndReadsHereDoNotSlide()
    {
        using var owner = _home.OpenOwner();
        owner.Set("s", 1, new KvEntryOptions { SlidingExpiration = TimeSpan.FromMinutes(10) });
        using var follower = _home.Follow();
        Advance(TimeSpan.FromMinutes(9));
        follower.TryGet<int>("s", out _).ShouldBeTrue();
        owner.TryGet<int>("s", out _).ShouldBeTrue();
        Advance(TimeSpan.FromSeconds(2));
        follower.FollowNow();
        Advance(TimeSpan.FromMinutes(5));
        follower.Exists("s").ShouldBeTrue("the owner has slid it");
        Advance(TimeSpan.FromMinutes(5));
        follower.Exists("s").ShouldBeFalse("what is read here slides nothing");
    }

    [Fact]
    public void Slide_ThatIsToldAfterTheEntryWasOverHere_BringsItBack()
    {
        using var owner = _home.OpenOwner();
        owner.Set("s", 1, new KvEntryOptions { SlidingExpiration = TimeSpan.FromMinutes(10) });
        using var follower = _home.Follow(options => options.TtlCleanupInterval = TimeSpan.FromSeconds(10));
        Advance(TimeSpan.FromMinutes(9));
        owner.TryGet<int>("s", out _).ShouldBeTrue();
        _home.Clock.Advance(TimeSpan.FromSeconds(90));
        follower.Exists("s").ShouldBeFalse();
        _home.Owner.Clock.Advance(TimeSpan.FromSeconds(90));
        follower.FollowNow();
        follower.Exists("s").ShouldBeTrue();
    }

    [Fact]
    public void Slide_ThatIsToldLongAfterTheEntryWasSweptHere_BringsItBackByReadingEverythingAnew()
    {
        using var owner = _home.OpenOwner(options => options.FlushInterval = TimeSpan.FromMinutes(8));
        owner.Set("s", 1, new KvEntryOptions { SlidingExpiration = TimeSpan.FromMinutes(3) });
        using var follower = _home.Follow(options => options.TtlCleanupInterval = TimeSpan.FromSeconds(10));
        for (var i = 0; i < 3; i++)
        {
            Advance(TimeSpan.FromMinutes(2.5));
            owner.TryGet<int>("s", out _).ShouldBeTrue();
        }

        follower.EntriesInMemory.ShouldBe(0);
        Advance(TimeSpan.FromMinutes(1));
        FollowerHome.ShouldBeEqual(follower, owner);
        follower.Exists("s").ShouldBeTrue();
        follower.Follower!.Reloads.ShouldBe(1);
    }

    [Fact]
    public void Slide_OfWhatIsOverByTheClockHere_IsNoReasonToReadEverythingAnew()
    {
        using var owner = _home.OpenOwner();
        _home.Clock.Advance(TimeSpan.FromHours(1));
        owner.Set("s", 1, new KvEntryOptions { SlidingExpiration = TimeSpan.FromMinutes(3) });
        using var follower = _home.Follow(options => options.TtlCleanupInterval = TimeSpan.FromSeconds(10));
        for (var i = 0; i < 3; i++)
        {
            Advance(TimeSpan.FromMinutes(2));
            owner.TryGet<int>("s", out _).ShouldBeTrue();
        }

        Advance(TimeSpan.FromSeconds(10));
        follower.Follower!.Reloads.ShouldBe(0);
        follower.EntriesInMemory.ShouldBe(0);
    }

    [Theory]
    [InlineData(KvFormat.MessagePack)]
    [InlineData(KvFormat.Json)]
    public void Slides_AfterSavesRestoresAndRestarts_FindTheirEntries(KvFormat followers)
    {
        var owner = _home.OpenOwner();
        owner.Set("s", 1, new KvEntryOptions { SlidingExpiration = TimeSpan.FromHours(5) });
        owner.Set("p:s", 1, new KvEntryOptions { SlidingExpiration = TimeSpan.FromHours(5) });
        using var follower = _home.Follow(options => options.Format = followers);
        Slide();
        var saved = owner.Save()!.FileName;
        Slide();
        owner.Restore(saved, "p:");
        Slide();
        owner.Dispose();
        owner = _home.OpenOwner();
        Slide();
        owner.Set("s", 2, new KvEntryOptions { SlidingExpiration = TimeSpan.FromHours(5) });
        Slide();
        owner.Restore(saved);
        Slide();
        owner.Dispose();
        follower.Follower!.Reloads.ShouldBe(0);

        void Slide()
        {
            Advance(TimeSpan.FromMinutes(4));
            owner.TryGet<int>("s", out _).ShouldBeTrue();
            owner.TryGet<int>("p:s", out _).ShouldBeTrue();
            Advance(TimeSpan.FromSeconds(10));
            follower.GetKeys().Select(key => Expiry(follower, key)).ShouldBe(owner.GetKeys().Select(key => Expiry(owner, key)));
        }
    }

    [Fact]
    public void Expired_AreHiddenByTheFollowersClock_AndSweptByItself()
    {
        using var owner = _home.OpenOwner();
        owner.Set("e", 1, TimeSpan.FromMinutes(1));
        using var follower = _home.Follow();
        _home.Clock.Advance(TimeSpan.FromMinutes(1));
        follower.Exists("e").ShouldBeFalse("the clock here is ahead");
        owner.Exists("e").ShouldBeTrue();
        _home.Clock.Advance(TimeSpan.FromMinutes(10));
        follower.EntriesInMemory.ShouldBe(0);
        _home.Owner.Disk.DirectoryExists(StoreHome.Path).ShouldBeTrue();
    }

    [Fact]
    public void Claims_AreFollowed()
    {
        using var owner = _home.OpenOwner();
        using var follower = _home.Follow();
        owner.GetPartition("p:").Set("a", 1);
        using var mine = _home.Follow(options => options.Serializer = new NamedSerializer("mine"));
        owner.Set("b", 2);
        follower.FollowNow();
        mine.FollowNow();
        follower.TryGet<int>("b", out var b).ShouldBeTrue();
        b.ShouldBe(2);
        Should.Throw<KvSerializationException>(() => mine.TryGet<int>("b", out _));
    }

    [Theory]
    [InlineData(KvFormat.Json)]
    [InlineData(KvFormat.MessagePack)]
    public void Format_OfTheOwnerIsAnother_IsConvertedHere(KvFormat owners)
    {
        using var owner = _home.OpenOwner(options => options.Format = owners);
        owner.Set("saved", "one");
        owner.Save();
        owner.Set("journaled", "two");
        using var follower = _home.Follow(options => options.Format = owners == KvFormat.Json ? KvFormat.MessagePack : KvFormat.Json);
        owner.Set("followed", "three");
        follower.FollowNow();
        follower.Scan<string>().Select(entry => entry.Value).ShouldBe(["three", "two", "one"]);
        follower.Follower!.Problem.ShouldBeNull();
    }

    [Fact]
    public void Writes_AreRefused_AndNothingIsWrittenAtAll()
    {
        using var owner = _home.OpenOwner();
        owner.SetBlob("f", "about", Encoding.UTF8.GetBytes("content"));
        owner.Save();
        using (var follower = _home.Follow())
        {
            using (var transaction = follower.BeginTransaction())
            {
                new IKvStore[] { follower, follower.GetPartition("p:"), transaction, transaction.GetPartition("p:") }.ShouldAllBe(store => store.IsReadOnly);
            }

            owner.IsReadOnly.ShouldBeFalse();
            Should.Throw<NotSupportedException>(() => follower.TryCommit(new KvBatch()));
            Should.Throw<NotSupportedException>(() => follower.Set("a", 1));
            Should.Throw<NotSupportedException>(() => follower.SetBytes("a", [1]));
            Should.Throw<NotSupportedException>(() => follower.Remove("f"));
            Should.Throw<NotSupportedException>(() => follower.Clear());
            Should.Throw<NotSupportedException>(() => follower.RemoveByPrefix("a"));
            Should.Throw<NotSupportedException>(() => follower.RemoveByTag("a"));
            Should.Throw<NotSupportedException>(() => follower.Commit(new KvBatch().SetBytes("a", [1])));
            Should.Throw<NotSupportedException>(() => follower.SetBlob("g", "about", Encoding.UTF8.GetBytes("content")));
            Should.Throw<NotSupportedException>(() => follower.UpdateBlob("f", Encoding.UTF8.GetBytes("content")));
            Should.Throw<NotSupportedException>(() => follower.GetOrCreate("a", () => 1));
            Should.Throw<NotSupportedException>(() => follower.Save());
            Should.Throw<NotSupportedException>(() => follower.Pin(owner.ListSnapshots()[0].FileName, "mine"));
            Should.Throw<NotSupportedException>(() => follower.Unpin("mine"));
            follower.GetBlob("f").ShouldBe(Encoding.UTF8.GetBytes("content"));
            owner.Pin(owner.ListSnapshots()[0].FileName, "mine");
            follower.ListSnapshots().ShouldHaveSingleItem().PinnedNames.ShouldBe(["mine"]);
            using (var view = follower.OpenSnapshot("mine"))
            {
                view.Exists("f").ShouldBeTrue();
            }

            owner.Set("b", 1);
            follower.FollowNow();
            follower.Compare("mine").ShouldHaveSingleItem().Key.ShouldBe("b");
            _home.Clock.Advance(TimeSpan.FromMinutes(10));
        }

        _home.Files.Trace.Where(operation => operation.IsChange).ShouldBeEmpty();
        Should.Throw<KvStoreLockedException>(() => _home.OpenOwner());
    }

    [Fact]
    public void Transaction_SeesThatTheOwnerHasChangedWhatItReads()
    {
        using var owner = _home.OpenOwner();
        owner.Set("a", 1);
        using var follower = _home.Follow();
        using var transaction = follower.BeginTransaction();
        transaction.TryGet<int>("a", out _).ShouldBeTrue();
        owner.Set("a", 2);
        follower.FollowNow();
        Should.Throw<KvConflictException>(() => transaction.TryGet<int>("a", out _));
    }

    [Fact]
    public void Segments_ThatFillUp_AreFollowedIntoTheNext()
    {
        var home = new FollowerHome(segments: new SegmentSizes(8 << 10, 8 << 10));
        using var owner = home.OpenOwner();
        using var follower = home.Follow();
        for (var i = 0; i < 500; i++)
        {
            owner.SetBytes($"k{i % 50}", new byte[i]);
            if (i % 7 == 0)
            {
                follower.FollowNow();
                FollowerHome.ShouldBeEqual(follower, owner);
            }

            if (i % 90 == 89)
            {
                owner.Save();
            }
        }

        follower.Follower!.Reloads.ShouldBe(0);
    }

    private static DateTimeOffset? Expiry(KvStore store, string key) => store.TryGetInfo(key, out var info) ? info.ExpiresAt : null;

    private void Advance(TimeSpan by)
    {
        _home.Owner.Clock.Advance(by);
        _home.Clock.Advance(by);
    }

    private static async Task<List<KvChange>> TakeThroughEnd(IAsyncEnumerator<KvChange> changes)
    {
        var taken = new List<KvChange>();
        while (await changes.MoveNextAsync())
        {
            taken.Add(changes.Current);
            if (changes.Current.Key == "end")
            {
                break;
            }
        }

        return taken;
    }
}
