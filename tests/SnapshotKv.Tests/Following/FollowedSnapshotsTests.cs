using SnapshotKv.Diagnostics;
using SnapshotKv.Testing;
using SnapshotKv.Tests.Store;

namespace SnapshotKv.Tests.Following;

/// <summary>Who watches snapshots at a follower is told of the owner's newest, once, beside the looks, whatever stands in the way meanwhile.</summary>
public sealed class FollowedSnapshotsTests : IDisposable
{
    private readonly FollowerHome _home = new();
    private readonly KvStore _owner;
    private readonly KvStore _follower;
    private readonly List<KvSnapshotContents> _told = [];
    private readonly IDisposable _watch;

    public FollowedSnapshotsTests()
    {
        _owner = _home.OpenOwner(options => options.Compression = KvCompression.None);
        _owner.Set("config:a", "first");
        _follower = _home.Follow();
        _watch = _follower.WatchSnapshots("config:", _told.Add);
    }

    public void Dispose()
    {
        _watch.Dispose();
        _follower.Dispose();
        _owner.Dispose();
    }

    [Fact]
    public void WatchSnapshots_IsToldOfTheOwnersSnapshots()
    {
        _owner.Set("other", 1);
        _follower.FollowNow();
        _told.ShouldBeEmpty();
        var saved = _owner.Save()!;
        _follower.FollowNow();
        _follower.FollowNow();
        var contents = _told.ShouldHaveSingleItem();
        contents.Snapshot.FileName.ShouldBe(saved.FileName);
        contents.Entries.Keys.ShouldBe(["config:a"]);
    }

    [Fact]
    public void WatchSnapshots_EverythingIsReadAnew_IsNotToldAgain()
    {
        _owner.Save();
        _follower.FollowNow();
        FailReading("journal", times: 1);
        _owner.Set("config:a", "second");
        LookForASecond();
        _follower.Follower!.Reloads.ShouldBe(1);
        _told.Count.ShouldBe(1);
        var saved = _owner.Save()!;
        LookForASecond();
        _told.Count.ShouldBe(2);
        _told[1].Snapshot.FileName.ShouldBe(saved.FileName);
    }

    [Fact]
    public void WatchSnapshots_SnapshotThatComesWithReadingAnew_IsToldOnce()
    {
        FailReading("journal", times: 1);
        _owner.Set("config:a", "second");
        var saved = _owner.Save()!;
        LookForASecond();
        _follower.Follower!.Reloads.ShouldBe(1);
        _told.ShouldHaveSingleItem().Snapshot.FileName.ShouldBe(saved.FileName);
    }

    [Fact]
    public void WatchSnapshots_DiskRefusesTheSnapshot_IsToldOnceItCanBeRead()
    {
        var saved = _owner.Save()!;
        var opened = 0;
        _home.Files.FailWhen(operation => operation.Kind == FileOperationKind.OpenRead && operation.Path.EndsWith(saved.FileName, StringComparison.Ordinal) && opened++ > 0, FileFault.InputOutput);
        LookForASecond();
        LookForASecond();
        _told.ShouldBeEmpty();
        opened.ShouldBeInRange(2, 4, "once a second, beside the look at its beginning");
        _follower.Follower!.Problem!.ShouldContain(saved.FileName);
        _owner.Set("meanwhile", 1);
        _follower.FollowNow();
        _follower.Exists("meanwhile").ShouldBeTrue("the journal is followed nevertheless");

        _home.Files.Heal();
        LookForASecond();
        _told.ShouldHaveSingleItem().Snapshot.FileName.ShouldBe(saved.FileName);
        _follower.Follower!.Problem.ShouldBeNull();
        _home.Log.Ids.Count(id => id == KvEventIds.FollowerTroubled).ShouldBe(1);
        _home.Log.Ids.Count(id => id == KvEventIds.FollowerRecovered).ShouldBe(1);
    }

    [Fact]
    public void WatchSnapshots_SnapshotIsDamaged_IsSaidUntilTheNextOneIsTold()
    {
        var saved = _owner.Save()!;
        var path = "snapshots/" + saved.FileName;
        var bytes = _home.Owner.ReadFile(path);
        bytes[^1] ^= 1;
        _home.Owner.WriteFile(path, bytes);
        LookForASecond();
        _told.ShouldBeEmpty();
        _follower.Follower!.Problem!.ShouldContain(saved.FileName);
        _owner.Set("config:a", "second");
        var next = _owner.Save()!;
        LookForASecond();
        _told.ShouldHaveSingleItem().Snapshot.FileName.ShouldBe(next.FileName);
        _follower.Follower!.Problem.ShouldBeNull();
        _follower.Follower!.Reloads.ShouldBe(0);
    }

    [Fact]
    public void WatchSnapshots_IsToldBesideTheLooks_OfTheNewestAlone()
    {
        var (home, held) = NewHeldHome();
        using var owner = home.OpenOwner();
        using var follower = home.Follow();
        using var watch = follower.WatchSnapshots("", _told.Add);
        owner.Set("a", 1);
        owner.Save();
        follower.FollowNow();
        owner.Set("b", 1);
        var newest = owner.Save()!;
        follower.FollowNow();
        _told.ShouldBeEmpty("nothing is read and nobody is told within a look");
        held.RunAll();
        follower.FollowNow();
        held.RunAll();
        _told.ShouldHaveSingleItem().Snapshot.FileName.ShouldBe(newest.FileName);
    }

    [Fact]
    public void WatchSnapshots_CallbackWaitsForALookAndTheDisposal_BothCome()
    {
        var (home, held) = NewHeldHome();
        using var owner = home.OpenOwner();
        using var follower = home.Follow();
        owner.Set("a", 1);
        owner.Save();
        var (isSeen, isEnded) = (false, false);
        using var watch = follower.WatchSnapshots("", _ =>
        {
            owner.Set("b", 1);
            var other = new Thread(() =>
            {
                follower.FollowNow();
                isSeen = follower.Exists("b");
                follower.Dispose();
            });
            other.Start();
            isEnded = other.Join(TimeSpan.FromSeconds(20));
        });
        follower.FollowNow();
        held.RunAll();
        isEnded.ShouldBeTrue();
        isSeen.ShouldBeTrue();
    }

    [Fact]
    public void WatchSnapshots_FollowerIsDisposedBefore_NothingIsReadAndNobodyIsTold()
    {
        var (home, held) = NewHeldHome();
        using var owner = home.OpenOwner();
        var follower = home.Follow();
        using var watch = follower.WatchSnapshots("", _told.Add);
        owner.Set("a", 1);
        owner.Save();
        follower.FollowNow();
        follower.Dispose();
        var before = home.Files.OperationCount;
        held.RunAll();
        home.Files.OperationCount.ShouldBe(before);
        _told.ShouldBeEmpty();
    }

    [Fact]
    public void WatchSnapshots_SnapshotIsGoneBeforeItCouldBeRead_IsNotLookedForAnyMore()
    {
        var saved = _owner.Save()!;
        var isFirst = true;
        _home.Files.FailWhen(operation => IsOpeningOf(operation, saved) && !(isFirst && !(isFirst = false)), FileFault.InputOutput);
        _follower.FollowNow();
        _home.Files.Heal();
        _home.Owner.Disk.Delete($"/data/snapshots/{saved.FileName}");
        var before = _home.Files.OperationCount;
        LookForASecond();
        LookForASecond();
        LookForASecond();
        _home.Files.Trace.Skip(before).ShouldNotContain(operation => IsOpeningOf(operation, saved));
        _follower.Follower!.Problem.ShouldBe("the snapshots that were there are gone");
        _owner.Set("config:a", "second");
        var next = _owner.Save()!;
        LookForASecond();
        _told.ShouldHaveSingleItem().Snapshot.FileName.ShouldBe(next.FileName);
    }

    [Fact]
    public void Snapshot_ThatIsListedAndNeverThere_IsSaidAfterAWhile()
    {
        var saved = _owner.Save()!;
        _home.Files.FailWhen(operation => IsOpeningOf(operation, saved), new FileFault(static path => new FileNotFoundException($"There is no '{path}'.", path)));
        _follower.FollowNow();
        _follower.Follower!.Problem.ShouldBeNull("the owner may have tidied up between a listing and an opening");
        _owner.Set("meanwhile", 1);
        LookForASecond();
        LookForASecond();
        _follower.Exists("meanwhile").ShouldBeTrue();
        _follower.Follower!.Problem!.ShouldContain(saved.FileName);
        _home.Log.Ids.Count(id => id == KvEventIds.FollowerTroubled).ShouldBe(1);
        _home.Files.Heal();
        LookForASecond();
        _follower.Follower!.Problem.ShouldBeNull();
    }

    private static (FollowerHome Home, HeldScheduler Held) NewHeldHome()
    {
        var held = new HeldScheduler();
        return (new FollowerHome { Scheduler = held }, held);
    }

    private static bool IsOpeningOf(FileOperation operation, SnapshotInfo snapshot) =>
        operation.Kind == FileOperationKind.OpenRead && operation.Path.EndsWith(snapshot.FileName, StringComparison.Ordinal);

    private void FailReading(string directory, int times) =>
        _home.Files.FailWhen(operation => operation.Kind == FileOperationKind.Read && operation.Path.Contains($"/{directory}/", StringComparison.Ordinal), FileFault.InputOutput, times);

    private void LookForASecond()
    {
        _home.Owner.Clock.Advance(TimeSpan.FromSeconds(1));
        _home.Clock.Advance(TimeSpan.FromSeconds(1));
    }
}
