using Microsoft.Extensions.Logging;
using SnapshotKv.Diagnostics;
using SnapshotKv.Journal;
using SnapshotKv.Testing;

namespace SnapshotKv.Tests.Following;

/// <summary>What a follower does while something stands in its way, and what it says: in the log, and of itself.</summary>
public sealed class FollowerTroubleTests
{
    private readonly FollowerHome _home = new();

    [Fact]
    public void SweepLimit_WhileNothingCanBeRead_WhatTheOwnerMayHaveSlidIsNotTakenOut()
    {
        using var owner = _home.OpenOwner();
        owner.Set("s", 1, new KvEntryOptions { SlidingExpiration = TimeSpan.FromMinutes(2) });
        using var follower = _home.Follow(options => options.TtlCleanupInterval = TimeSpan.FromSeconds(10));
        _home.Files.FailWhen(FileOperationKind.Read, FileFault.InputOutput);
        for (var minute = 1; minute <= 6; minute++)
        {
            Advance(TimeSpan.FromMinutes(1));
            owner.TryGet<int>("s", out _).ShouldBeTrue();
        }

        follower.Follower!.Problem.ShouldNotBeNull();
        follower.Exists("s").ShouldBeFalse("nothing tells here that it was slid");
        follower.EntriesInMemory.ShouldBe(1);
        _home.Files.Heal();
        Advance(TimeSpan.FromSeconds(3));
        follower.Exists("s").ShouldBeTrue();
        follower.Follower!.Problem.ShouldBeNull();

        Advance(TimeSpan.FromMinutes(4));
        follower.EntriesInMemory.ShouldBe(0, "once all is well, what is over goes");
    }

    [Fact]
    public void SweepLimit_WhenTroubleBegins_WhatWasOverBeforeIsKeptToo()
    {
        using var owner = _home.OpenOwner();
        owner.Set("e", 1, TimeSpan.FromMinutes(1));
        using var follower = _home.Follow(options => options.TtlCleanupInterval = TimeSpan.FromMinutes(10));
        _home.Clock.Advance(TimeSpan.FromMinutes(5));
        _home.Files.FailWhen(FileOperationKind.List, FileFault.InputOutput);
        _home.Clock.Advance(TimeSpan.FromMinutes(6));
        follower.EntriesInMemory.ShouldBe(1);
        _home.Files.Heal();
        _home.Clock.Advance(TimeSpan.FromMinutes(10));
        follower.EntriesInMemory.ShouldBe(0);
    }

    [Fact]
    public void Journal_CannotBeReadThroughItsHandle_EverythingIsReadAnew()
    {
        using var owner = _home.OpenOwner();
        using var follower = _home.Follow();
        owner.Set("a", 1);
        follower.FollowNow();
        _home.Files.FailWhen(IsReadOfJournal, FileFault.InputOutput, times: 1);
        owner.Set("b", 1);
        follower.FollowNow();
        follower.Follower!.Problem!.ShouldContain("the directory cannot be read");
        follower.FollowNow();
        FollowerHome.ShouldBeEqual(follower, owner);
        follower.Follower!.Reloads.ShouldBe(1);
        follower.Follower!.Error.ShouldBeNull();
        var (_, level, message) = _home.Log.Entries.Single(entry => entry.Id == KvEventIds.FollowerReloaded);
        level.ShouldBe(LogLevel.Debug);
        message.ShouldContain("the journal cannot be read on");
    }

    [Fact]
    public void Journal_CannotBeReadAtAll_ItsTurnComesAgainWhenItCan()
    {
        using var owner = _home.OpenOwner();
        using var follower = _home.Follow();
        owner.Set("a", 1);
        follower.FollowNow();
        _home.Files.FailWhen(IsReadOfJournal, FileFault.InputOutput);
        owner.Set("b", 1);
        follower.FollowNow();
        follower.FollowNow();
        _home.Files.Heal();
        follower.FollowNow();
        FollowerHome.ShouldBeEqual(follower, owner);
        follower.Follower!.Reloads.ShouldBe(0, "reading everything anew has failed, and is not needed any more");
    }

    [Fact]
    public void Segment_WhoseLengthIsRefused_IsClosedAgain()
    {
        using var owner = _home.OpenOwner();
        owner.Set("a", 1);
        var follower = _home.Follow();
        var open = _home.Disk.OpenFiles;
        _home.Files.FailWhen(operation => operation.Kind == FileOperationKind.GetLength && operation.Path.Contains("/journal/", StringComparison.Ordinal), FileFault.InputOutput);
        _home.Files.FailWhen(IsReadOfJournal, FileFault.InputOutput, times: 1);
        _home.Clock.Advance(TimeSpan.FromSeconds(10));
        _home.Log.Ids.ShouldContain(KvEventIds.FollowerTroubled);
        _home.Disk.OpenFiles.ShouldBe(open);
        _home.Files.Heal();
        follower.FollowNow();
        FollowerHome.ShouldBeEqual(follower, owner);
        follower.Dispose();
        _home.Disk.OpenFiles.ShouldBe(0);
    }

    [Fact]
    public async Task Dispose_WhileEverythingIsReadAnew_GivesTheReadingUp()
    {
        var home = new FollowerHome(KvDurability.Snapshot);
        using var owner = home.OpenOwner(options => options.Compression = KvCompression.None);
        for (var i = 0; i < 64; i++)
        {
            owner.SetBytes($"k{i}", new byte[128 << 10]);
        }

        using var follower = home.Follow();
        owner.Save();
        var isFirst = true;
        using var hold = home.Files.Hold(operation => operation.Kind == FileOperationKind.OpenRead && operation.Path.Contains("/snapshots/", StringComparison.Ordinal) && !(isFirst && !(isFirst = false)));
        var look = Task.Run(follower.FollowNow, TestContext.Current.CancellationToken);
        await hold.Reached;
        var disposal = Task.Run(follower.Dispose, TestContext.Current.CancellationToken);
        SpinWait.SpinUntil(() => home.Clock.PendingTimers == 0);
        var before = home.Files.OperationCount;
        hold.Release();
        await look;
        await disposal;
        home.Files.Trace.Skip(before).Where(operation => operation.Kind == FileOperationKind.Read).Sum(operation => (long)operation.Count).ShouldBeLessThan(4 << 20, "of the eight MiB that there are");
        home.Log.Ids.ShouldNotContain(KvEventIds.FollowerTroubled);
    }

    [Fact]
    public void Log_OpeningAndClosing_AreSaid()
    {
        using var owner = _home.OpenOwner();
        owner.Set("a", 1);
        owner.Save();
        _home.Follow().Dispose();
        var opened = _home.Log.Entries.First();
        opened.Id.ShouldBe(KvEventIds.FollowerOpened);
        opened.Level.ShouldBe(LogLevel.Information);
        opened.Message.ShouldContain($"1 entries, from snapshot '{owner.ListSnapshots()[0].FileName}'");
        var closed = _home.Log.Entries.Last();
        closed.Id.ShouldBe(KvEventIds.FollowerClosed);
        closed.Level.ShouldBe(LogLevel.Information);
    }

    [Fact]
    public void Log_FailureThatIsNotTheDisks_IsSaidOnceAndTriedAgain()
    {
        using var owner = _home.OpenOwner();
        using var follower = _home.Follow();
        follower.Followed = static () => throw new InvalidOperationException("not the disk");
        owner.Set("a", 1);
        _home.Clock.Advance(TimeSpan.FromSeconds(5));
        follower.Follower!.Error.ShouldBeOfType<InvalidOperationException>();
        _home.Log.Entries.Where(entry => entry.Id == KvEventIds.FollowerFailed).ShouldHaveSingleItem().Level.ShouldBe(LogLevel.Error);
        _home.Log.Ids.Count(id => id == KvEventIds.FollowerTroubled).ShouldBe(1);
        follower.Followed = null;
        _home.Clock.Advance(TimeSpan.FromSeconds(5));
        FollowerHome.ShouldBeEqual(follower, owner);
        _home.Log.Ids.Last().ShouldBe(KvEventIds.FollowerRecovered);
    }

    [Fact]
    public void Look_WhenNothingIsNew_ReadsSomeHundredBytes()
    {
        var home = new FollowerHome(segments: new SegmentSizes(64 << 10, 64 << 10));
        using var owner = home.OpenOwner();
        owner.Set("saved", 1);
        owner.Save();
        using var follower = home.Follow();
        owner.SetBytes("a", new byte[40 << 10]);
        home.Owner.Names("journal").Count.ShouldBe(2, "one segment in use, and one made ready");
        home.Clock.Advance(TimeSpan.FromSeconds(1));

        var before = home.Files.OperationCount;
        follower.FollowNow();
        var look = home.Files.Trace.Skip(before).ToList();
        look.Where(operation => operation.Kind == FileOperationKind.Read).Sum(operation => operation.Count).ShouldBeLessThan(700);
        look.Count(operation => operation.Kind == FileOperationKind.List).ShouldBe(2);
        look.Count(operation => operation.Kind == FileOperationKind.OpenRead).ShouldBe(3);

        before = home.Files.OperationCount;
        home.Clock.Advance(TimeSpan.FromMinutes(3));
        home.Files.Trace.Skip(before).Where(operation => operation.Kind == FileOperationKind.Read).Sum(operation => (long)operation.Count)
            .ShouldBeLessThan(3600L * 800, "a larger look now and then included");
    }

    private static bool IsReadOfJournal(FileOperation operation) => operation.Kind == FileOperationKind.Read && operation.Path.Contains("/journal/", StringComparison.Ordinal);

    private void Advance(TimeSpan by)
    {
        _home.Owner.Clock.Advance(by);
        _home.Clock.Advance(by);
    }
}
