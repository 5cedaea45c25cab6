using SnapshotKv.Diagnostics;
using SnapshotKv.Journal;
using SnapshotKv.Testing;
using SnapshotKv.Tests.Journal;
using SnapshotKv.Tests.Serialization;
using SnapshotKv.Tests.Store;

namespace SnapshotKv.Tests.Following;

/// <summary>Whatever becomes of the directory, a follower goes on with what it has, and has what the owner has as soon as that can be read.</summary>
public sealed class FollowedDirectoryTests
{
    private readonly FollowerHome _home = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public void Open_BeforeThereIsAnything_WaitsForTheOwner()
    {
        using var follower = _home.Follow();
        follower.Count().ShouldBe(0);
        follower.IsMemoryOnly.ShouldBeFalse();
        follower.DirectoryPath.ShouldBe(StoreHome.Path);
        follower.Follower!.Problem.ShouldBe("the directory is not there");
        using var owner = _home.OpenOwner();
        follower.FollowNow();
        follower.Follower!.Problem.ShouldBeNull();
        owner.Set("a", 1);
        follower.FollowNow();
        FollowerHome.ShouldBeEqual(follower, owner);
        follower.Follower!.Reloads.ShouldBe(0);
    }

    [Theory]
    [InlineData(KvDurability.Snapshot)]
    [InlineData(KvDurability.Process)]
    public void Open_OnWhatIsThere_HasAllOfIt(KvDurability durability)
    {
        var home = new FollowerHome(durability);
        using var owner = home.OpenOwner();
        owner.Set("a", 1);
        owner.Save();
        owner.Set("b", 1);
        using var follower = home.Follow();
        follower.GetKeys().ShouldBe(durability == KvDurability.Snapshot ? ["a"] : ["a", "b"]);
    }

    [Fact]
    public void OwnerWithoutAJournal_IsFollowedSnapshotBySnapshot()
    {
        var home = new FollowerHome(KvDurability.Snapshot);
        using var owner = home.OpenOwner();
        using var follower = home.Follow();
        var resets = 0;
        using var registration = follower.Watch().RegisterChangeCallback(_ => resets++, null);
        for (var i = 0; i < 3; i++)
        {
            owner.Set("a", i);
            follower.FollowNow();
            owner.Save();
            follower.FollowNow();
            FollowerHome.ShouldBeEqual(follower, owner);
        }

        follower.Follower!.Reloads.ShouldBe(3);
        resets.ShouldBe(1);
    }

    [Fact]
    public async Task Reload_TellsWatchersOnceThatEverythingMayHaveChanged()
    {
        var home = new FollowerHome(KvDurability.Snapshot);
        using var owner = home.OpenOwner();
        using var follower = home.Follow();
        await using var changes = follower.WatchAsync("p", Token).GetAsyncEnumerator(Token);
        owner.Set("a", 1);
        owner.Set("p", 1);
        var version = owner.LastSequence;
        owner.Save();
        follower.FollowNow();
        (await changes.MoveNextAsync()).ShouldBeTrue();
        changes.Current.ShouldBe(new KvChange { Kind = KvChangeKind.Reset, Key = "", Version = (long)version });
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Owner_ClosesAndOpensAgain_IsFollowedOn(bool looksBetween)
    {
        using var follower = _home.Follow();
        for (var i = 0; i < 4; i++)
        {
            using (var owner = _home.OpenOwner())
            {
                owner.Set($"k{i}", i);
                owner.Set("a", i);
                if (looksBetween)
                {
                    follower.FollowNow();
                }
            }

            // Whatever it had to drop: its snapshot is there.
            follower.FollowNow();
            follower.GetKeys().ShouldBe(["a", .. Enumerable.Range(0, i + 1).Select(n => $"k{n}")]);
            _home.Owner.Clock.Advance(TimeSpan.FromSeconds(5));
            _home.Clock.Advance(TimeSpan.FromSeconds(5));
        }

        if (looksBetween)
        {
            follower.Follower!.Reloads.ShouldBe(0);
        }
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    public void Owner_DropsSegmentsUnderTheFollower_ItHasEverythingNevertheless(int looksBetweenSaves)
    {
        var home = new FollowerHome(segments: new SegmentSizes(8 << 10, 8 << 10));
        using var owner = home.OpenOwner();
        using var follower = home.Follow();
        for (var i = 0; i < 400; i++)
        {
            owner.SetBytes($"k{i % 40}", new byte[i * 3]);
            if (i % 100 == 99)
            {
                // Only what is flushed is dropped.
                home.Owner.Clock.Advance(TimeSpan.FromSeconds(2));
                owner.Save();
            }

            if (looksBetweenSaves > 0 && i % (100 / looksBetweenSaves) == 25)
            {
                follower.FollowNow();
            }
        }

        follower.FollowNow();
        follower.FollowNow();
        FollowerHome.ShouldBeEqual(follower, owner);
        (follower.Follower!.Reloads > 0).ShouldBe(looksBetweenSaves == 0);
    }

    [Fact]
    public void Owner_IsKilledAndOpenedAgain_IsFollowedOn()
    {
        var owner = _home.OpenOwner();
        owner.Set("a", 1);
        using var follower = _home.Follow();
        owner.Set("b", 1);
        follower.FollowNow();
        owner.Set("unseen", 1);
        for (var i = 0; i < 3; i++)
        {
            var after = new FollowerHome(disk: _home.Disk.Inner.CrashImage(CrashKind.ProcessKilled));
            _home.Disk.Inner = after.Owner.Disk;
            follower.FollowNow();
            _home.Owner.Clock.Advance(TimeSpan.FromSeconds(1));
            owner = after.OpenOwner(options => options.TimeProvider = _home.Owner.Clock);
            follower.FollowNow();
            owner.Set($"round {i}", 1);
            follower.FollowNow();
            FollowerHome.ShouldBeEqual(follower, owner);
        }

        follower.Follower!.Reloads.ShouldBe(0);
        follower.GetKeys().ShouldBe(["a", "b", "round 0", "round 1", "round 2", "unseen"]);
    }

    [Fact]
    public void Owner_SavesBehindNothingButSlides_AndIsKilledAndOpenedAgain_IsFollowedOn()
    {
        var owner = _home.OpenOwner();
        owner.Set("s", 1, new KvEntryOptions { SlidingExpiration = TimeSpan.FromHours(1) });
        using var follower = _home.Follow();
        for (var i = 0; i < 3; i++)
        {
            var after = new FollowerHome(disk: _home.Disk.Inner.CrashImage(CrashKind.ProcessKilled));
            _home.Disk.Inner = after.Owner.Disk;
            Advance(TimeSpan.FromMinutes(10));
            owner = after.OpenOwner(options => options.TimeProvider = _home.Owner.Clock);
            owner.TryGet<int>("s", out _).ShouldBeTrue();
            Advance(TimeSpan.FromSeconds(2));
            owner.Save().ShouldNotBeNull();
            follower.FollowNow();
            follower.Follower!.Reloads.ShouldBe(0, $"round {i}");
        }

        owner.Set("b", 1);
        follower.FollowNow();
        FollowerHome.ShouldBeEqual(follower, owner);
        follower.Follower!.Reloads.ShouldBe(0);

        void Advance(TimeSpan by)
        {
            _home.Owner.Clock.Advance(by);
            _home.Clock.Advance(by);
        }
    }

    [Fact]
    public void Reload_BringsClaimsNotLaterThanTheValues()
    {
        var home = new FollowerHome(KvDurability.Snapshot);
        using var owner = home.OpenOwner(options => options.Serializer = new NamedSerializer("theirs"));
        using var follower = home.Follow();
        owner.Set("a", "text");
        owner.Save();
        var refusal = "";
        follower.Followed = () => refusal = Should.Throw<KvSerializationException>(() => follower.TryGet<int>("a", out _)).Message;
        follower.FollowNow();
        follower.Follower!.Reloads.ShouldBe(1);
        refusal.ShouldContain("were written by the serializer 'theirs'");
    }

    [Fact]
    public void Owner_HasLostWhatTheFollowerSaw_TheFollowerGoesBackWithIt()
    {
        var owner = _home.OpenOwner();
        owner.Set("a", 1);
        owner.Save();
        using var follower = _home.Follow();
        owner.Set("lost", 1);
        follower.FollowNow();
        follower.Exists("lost").ShouldBeTrue();
        var image = _home.Owner.Disk.CrashImage(CrashKind.ProcessKilled);
        foreach (var name in image.List($"{StoreHome.Path}/journal").Select(entry => entry.Name))
        {
            image.Delete($"{StoreHome.Path}/journal/{name}");
        }

        var after = new FollowerHome(disk: image);
        _home.Disk.Inner = image;
        _home.Owner.Clock.Advance(TimeSpan.FromSeconds(1));
        owner = after.OpenOwner(options => options.TimeProvider = _home.Owner.Clock);
        owner.Set("b", 1);
        follower.FollowNow();
        FollowerHome.ShouldBeEqual(follower, owner);
        follower.GetKeys().ShouldBe(["a", "b"]);
        follower.Follower!.Reloads.ShouldBe(1);
    }

    [Fact]
    public void Directory_IsDeletedAndMadeAgain_ReadsGoOnAndThenFollow()
    {
        var owner = _home.OpenOwner();
        owner.Set("a", 1);
        owner.Save();
        using var follower = _home.Follow();
        _home.Disk.Inner.DeleteTree(StoreHome.Path);
        follower.FollowNow();
        follower.FollowNow();
        follower.Exists("a").ShouldBeTrue();
        follower.Follower!.Problem.ShouldNotBeNull();
        _home.Log.Ids.Count(id => id == KvEventIds.FollowerTroubled).ShouldBe(1);

        _home.Clock.Advance(TimeSpan.FromSeconds(2));
        var again = new FollowerHome();
        _home.Disk.Inner = again.Owner.Disk;
        using var next = again.OpenOwner(options => options.TimeProvider = _home.Clock);
        next.Set("b", 1);
        next.Save();
        follower.FollowNow();
        FollowerHome.ShouldBeEqual(follower, next);
        _home.Log.Ids.Count(id => id == KvEventIds.FollowerRecovered).ShouldBe(1);
    }

    [Fact]
    public void Directory_CannotBeRead_ReadsGoOnAndTheLogSaysItOnce()
    {
        using var owner = _home.OpenOwner();
        owner.Set("a", 1);
        using var follower = _home.Follow();
        _home.Files.FailWhen(FileOperationKind.Read, FileFault.AccessDenied);
        owner.Set("b", 1);
        _home.Clock.Advance(TimeSpan.FromSeconds(3));
        follower.GetKeys().ShouldBe(["a"]);
        var status = follower.Follower!;
        status.Problem.ShouldNotBeNull();
        status.Error.ShouldBeOfType<UnauthorizedAccessException>();
        status.Lag.ShouldBe(TimeSpan.FromSeconds(3));
        _home.Log.Ids.Count(id => id == KvEventIds.FollowerTroubled).ShouldBe(1);
        _home.Files.Heal();
        follower.FollowNow();
        FollowerHome.ShouldBeEqual(follower, owner);
        follower.Follower!.Lag.ShouldBe(TimeSpan.Zero);
        Should.NotThrow(() => follower.GetStatistics().Follower!.Problem.ShouldBeNull());
    }

    [Fact]
    public void GosSnapshot_Appears_ItsContentIsWhatThereIs()
    {
        var journal = new FollowedJournal(SegmentBuilder.NewRecord("ours", 1));
        using var follower = journal.Follow();
        follower.GetKeys().ShouldBe(["a", "ours"]);
        journal.Files.AddGoSnapshot();
        follower.FollowNow();
        follower.Exists("ours").ShouldBeFalse();
        follower.Count().ShouldBeGreaterThan(0);
        follower.Follower!.Problem.ShouldBeNull();
        using var owner = journal.Home.OpenOwner();
        owner.Set("again", 1);
        follower.FollowNow();
        follower.FollowNow();
        FollowerHome.ShouldBeEqual(follower, owner);
    }

    [Fact]
    public void OwnerWithoutAJournal_HasSavedSlidesAlone_TheFollowerHasThem()
    {
        var home = new FollowerHome(KvDurability.Snapshot);
        using var owner = home.OpenOwner();
        owner.Set("a", 1, new KvEntryOptions { SlidingExpiration = TimeSpan.FromHours(1) });
        owner.Save();
        using var follower = home.Follow();
        home.Owner.Clock.Advance(TimeSpan.FromMinutes(30));
        owner.TryGet<int>("a", out _).ShouldBeTrue();
        owner.Save().ShouldNotBeNull();
        follower.FollowNow();
        FollowerHome.ShouldBeEqual(follower, owner);
    }

    [Fact]
    public async Task Restore_OfTheOwner_IsFollowedAsOneCommit()
    {
        using var owner = _home.OpenOwner();
        owner.Set("p:a", 1);
        owner.Set("q", 1);
        var snapshot = owner.Save()!.FileName;
        using var follower = _home.Follow();
        owner.Set("p:a", 2);
        owner.Set("p:b", 2);
        owner.Set("q", 2);
        follower.FollowNow();
        await using var changes = follower.WatchAsync(cancellationToken: Token).GetAsyncEnumerator(Token);
        owner.Restore(snapshot, "p:");
        var version = (long)owner.LastSequence;
        follower.FollowNow();
        FollowerHome.ShouldBeEqual(follower, owner);
        (await changes.MoveNextAsync()).ShouldBeTrue();
        changes.Current.ShouldBe(new KvChange { Kind = KvChangeKind.Reset, Key = "", Version = version });
        owner.Restore(snapshot);
        owner.Set("after", 1);
        follower.FollowNow();
        FollowerHome.ShouldBeEqual(follower, owner);
        follower.Follower!.Reloads.ShouldBe(0);
    }

    [Fact]
    public void OpenShared_OwnerAndFollowersInOneProcess_AreTwoStores()
    {
        var home = new StoreHome { Durability = KvDurability.Process };
        using var owner = home.OpenShared(options =>
        {
            options.Durability = KvDurability.Process;
            options.TimeProvider = home.Clock;
        });
        using var one = home.OpenShared(AsFollower);
        using (var two = home.OpenShared(AsFollower))
        {
            owner.Set("a", 1);
            one.FollowNow();
            two.Exists("a").ShouldBeTrue("both are handles on one follower");
        }

        owner.Set("b", 1);
        one.FollowNow();
        one.Exists("b").ShouldBeTrue();
        owner.Follower.ShouldBeNull();

        void AsFollower(SnapshotKvOptions options)
        {
            options.Mode = KvStoreMode.Follower;
            options.TimeProvider = home.Clock;
        }
    }

    [Fact]
    public void Dispose_EndsTheLooking()
    {
        using var owner = _home.OpenOwner();
        var follower = _home.Follow();
        follower.Dispose();
        var before = _home.Files.OperationCount;
        owner.Set("a", 1);
        _home.Clock.Advance(TimeSpan.FromSeconds(10));
        _home.Files.OperationCount.ShouldBe(before);
        _home.Clock.PendingTimers.ShouldBe(0);
        Should.Throw<ObjectDisposedException>(() => follower.Exists("a"));
    }

    [Fact]
    public void Options_FollowerWithoutAPath_IsRefused() =>
        Should.Throw<ArgumentException>(() => KvStore.Open(new SnapshotKvOptions { Mode = KvStoreMode.Follower })).Message.ShouldContain("Mode");
}
