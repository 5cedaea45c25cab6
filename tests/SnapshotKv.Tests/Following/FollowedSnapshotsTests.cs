using SnapshotKv.Diagnostics;
using SnapshotKv.Testing;

namespace SnapshotKv.Tests.Following;

/// <summary>Who watches snapshots at a follower is told of each that the owner saves, once, whatever stands in the way meanwhile.</summary>
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

    private void FailReading(string directory, int times) =>
        _home.Files.FailWhen(operation => operation.Kind == FileOperationKind.Read && operation.Path.Contains($"/{directory}/", StringComparison.Ordinal), FileFault.InputOutput, times);

    private void LookForASecond()
    {
        _home.Owner.Clock.Advance(TimeSpan.FromSeconds(1));
        _home.Clock.Advance(TimeSpan.FromSeconds(1));
    }
}
