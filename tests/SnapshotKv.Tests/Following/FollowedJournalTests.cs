using SnapshotKv.Diagnostics;
using SnapshotKv.Format;
using SnapshotKv.Testing;
using SnapshotKv.Tests.Journal;

namespace SnapshotKv.Tests.Following;

/// <summary>What is being written, was torn, is damaged or is no commit at all: a follower takes what is whole and leads on, says what does not, and goes on with what comes behind it.</summary>
public sealed class FollowedJournalTests
{
    private const JournalFrameKind UnknownKind = (JournalFrameKind)99;

    private readonly FollowedJournal _journal = new(SegmentBuilder.NewRecord("z", 1));

    [Fact]
    public void Damage_ThatIsThereAtTheOpening_ShowsTheStateBeforeItUntilTheNextSnapshot()
    {
        _journal.Segment.Set(12, "b", 1, durable: 11).Set(13, "c", 1, durable: 12);
        _journal.Write();
        _journal.Damage(1);
        using var follower = _journal.Follow();
        follower.GetKeys().ShouldBe(["a", "z"]);
        follower.Follower!.Problem!.ShouldContain(_journal.Segment.FileName);
        follower.FollowNow();
        follower.Follower!.Reloads.ShouldBe(0);
        Should.Throw<KvStoreCorruptedException>(() => _journal.Follow(options => options.Recovery = KvRecoveryMode.Strict)).File!.ShouldContain(_journal.Segment.FileName);

        ShouldGoOnWithTheNextSnapshot(follower);
    }

    [Fact]
    public void Damage_ThatComesWhileItFollows_IsFoundAndToldByWhatLiesBehind()
    {
        using var follower = _journal.Follow();
        _journal.Segment.Set(12, "b", 1, durable: 11).Set(13, "c", 1, durable: 12);
        _journal.Write();
        _journal.Damage(1);
        _journal.LookFor(follower, seconds: 10);
        follower.GetKeys().ShouldBe(["a", "z"]);
        follower.Follower!.Problem.ShouldNotBeNull();
        follower.Follower!.Reloads.ShouldBe(1);
        ShouldGoOnWithTheNextSnapshot(follower);
    }

    [Theory]
    [InlineData(KvRecoveryMode.LastGood)]
    [InlineData(KvRecoveryMode.Strict)]
    public void Damage_ThatIsElsewhereEachTimeItIsLookedAt_IsNotBelieved(KvRecoveryMode recovery)
    {
        for (var number = 12UL; number < 40; number++)
        {
            _journal.Segment.Set(number, $"k{number}", 1, durable: number - 1);
        }

        _journal.Write();
        var frame = 1;
        var isChanging = true;
        _journal.Home.Files.Before(operation => isChanging && operation.Kind == FileOperationKind.List && operation.Path.EndsWith("/journal", StringComparison.Ordinal), _ =>
        {
            _journal.Write();
            _journal.Damage(frame++);
        });
        if (recovery == KvRecoveryMode.Strict)
        {
            Should.Throw<KvStoreUnavailableException>(() => _journal.Follow(options => options.Recovery = recovery)).InnerException.ShouldBeOfType<KvStoreCorruptedException>();
            return;
        }

        using var follower = _journal.Follow();
        isChanging = false;
        follower.Follower!.Problem.ShouldBeNull();
        follower.Count().ShouldBeLessThan(30);
        _journal.Write();
        follower.FollowNow();
        follower.Count().ShouldBe(30);
        follower.Follower!.Reloads.ShouldBe(0);
    }

    [Fact]
    public void NewestSnapshot_IsDamaged_TheOneBeforeAndTheJournalAreFollowed()
    {
        var name = _journal.Files.AddSnapshot(11, SegmentBuilder.NewRecord("a", 1), SegmentBuilder.NewRecord("z", 1));
        _journal.Files.Flip("snapshots/" + name, _journal.Files.Store.ReadFile("snapshots/" + name).Length / 2);
        using var follower = _journal.Follow();
        follower.GetKeys().ShouldBe(["a", "z"]);
        follower.Follower!.Problem!.ShouldContain(name);
    }

    [Fact]
    public void Frame_ThatIsHalfWritten_AtEveryByte_IsTakenOnceItIsWhole()
    {
        var whole = _journal.Segment.Set(12, "b", 2).Set(13, "c", 3).ToBytes();
        var (from, end) = ((int)_journal.Segment.Offsets[1], (int)_journal.Segment.End);
        for (var cut = from; cut <= end; cut++)
        {
            var home = _journal.Copy();
            using var follower = home.Follow();
            follower.GetKeys().ShouldBe(["a", "z"]);
            using var file = home.Disk.Inner.OpenWrite($"/data/journal/{_journal.Segment.FileName}");
            file.Write(whole.AsSpan(from, cut - from), from);
            follower.FollowNow();

            // What is missing of a frame may be zeros, which are there already.
            var expected = 2 + new[] { (int)_journal.Segment.Offsets[2], end }.Count(until => cut >= until || !whole.AsSpan(cut, until - cut).ContainsAnyExcept((byte)0));
            follower.Count().ShouldBe(expected, $"with the bytes up to {cut}");
            file.Write(whole.AsSpan(cut, end - cut), cut);
            follower.FollowNow();
            follower.Count().ShouldBe(4);
            follower.Follower!.Reloads.ShouldBe(0);
            follower.Follower!.Problem.ShouldBeNull();
        }
    }

    [Theory]
    [InlineData(8)]
    [InlineData(400)]
    public void Frame_WhoseBeginningIsWrittenLast_IsTakenThen(int beginning)
    {
        var whole = _journal.Segment.Set(12, 0, SegmentBuilder.NewRecord(new string('k', 1000), 2)).ToBytes();
        var from = (int)_journal.Segment.Offsets[1];
        using var follower = _journal.Follow();
        _journal.Write(whole.AsSpan(from + beginning, (int)_journal.Segment.End - from - beginning), from + beginning);
        _journal.LookFor(follower, seconds: 2);
        follower.Count().ShouldBe(2);
        _journal.Write(whole.AsSpan(from, beginning), from);
        follower.FollowNow();
        follower.Count().ShouldBe(3);
        follower.Follower!.Reloads.ShouldBe(0);
    }

    [Fact]
    public void TornTail_OfAKilledOwner_IsPassedWhenTheNextOpeningGoesOnHere()
    {
        using var follower = _journal.Follow();
        _journal.Write([1, 2, 3, 4, 5, 6, 7, 8, 9], _journal.Segment.End);
        _journal.LookFor(follower, seconds: 10);
        follower.Follower!.Problem.ShouldBeNull("a torn tail is no damage");
        _journal.Files.Add(new SegmentBuilder(2, 11, 1000).Set(1001, "b", 1));
        follower.FollowNow();
        follower.GetKeys().ShouldBe(["a", "b", "z"]);
        follower.Follower!.Version.ShouldBe(1001);
        follower.Follower!.Reloads.ShouldBe(0);
    }

    [Theory]
    [InlineData(1, true)]
    [InlineData(1, false)]
    [InlineData(3000, true)]
    public void TornTail_WithWholeFramesBehindIt_IsSaidAndNotReadAgainAndAgain(int keyLength, bool goesOnInANewOpening)
    {
        _journal.Segment.Set(12, 0, SegmentBuilder.NewRecord(new string('l', keyLength), 1)).Set(13, "behind", 1);
        _journal.Write();
        _journal.Erase(1);
        using var follower = _journal.Follow();
        var resets = 0;
        using var registration = follower.Watch().RegisterChangeCallback(_ => resets++, null);
        _journal.LookFor(follower, seconds: 40);

        follower.GetKeys().ShouldBe(["a", "z"]);
        follower.Follower!.Reloads.ShouldBe(1);
        follower.Follower!.Problem!.ShouldContain(_journal.Segment.FileName);
        resets.ShouldBe(0, "what was read anew is what was there");

        if (goesOnInANewOpening)
        {
            _journal.Files.Add(new SegmentBuilder(2, 11, 1000).Set(1001, "b", 1));
        }
        else
        {
            _journal.Files.AddSnapshot(1001, SegmentBuilder.NewRecord("a", 1), SegmentBuilder.NewRecord("b", 1), SegmentBuilder.NewRecord("z", 1));
        }

        follower.FollowNow();
        follower.GetKeys().ShouldBe(["a", "b", "z"]);
        follower.Follower!.Problem.ShouldBeNull();
    }

    [Fact]
    public void TornTail_BehindWhichFramesAppearLater_IsSaidWithinAMinute()
    {
        using var follower = _journal.Follow();
        _journal.LookFor(follower, seconds: 2);
        _journal.Segment.Set(12, 0, SegmentBuilder.NewRecord(new string('l', 3000), 1)).Set(13, "behind", 1);
        _journal.Write(_journal.Segment.ToBytes().AsSpan((int)_journal.Segment.Offsets[2]), _journal.Segment.Offsets[2]);
        _journal.LookFor(follower, seconds: 62);
        follower.Follower!.Problem!.ShouldContain(_journal.Segment.FileName);
        follower.GetKeys().ShouldBe(["a", "z"]);
    }

    [Fact]
    public void Segment_ThatDoesNotGoOn_IsSaidAndNotReadAgainAndAgain()
    {
        _journal.Segment.Set(12, "lost", 1);
        _journal.Write();
        _journal.Files.Add(new SegmentBuilder(2, 10, 10) { Salt = _journal.Segment.Salt }.Set(13, "behind", 1));
        _journal.Erase(1);
        using var follower = _journal.Follow();
        _journal.LookFor(follower, seconds: 40);

        follower.GetKeys().ShouldBe(["a", "z"]);
        follower.Follower!.Reloads.ShouldBeLessThan(2);
        follower.Follower!.Problem.ShouldNotBeNull();
    }

    [Fact]
    public void Commit_ThatCannotBeCarriedOut_IsDamageUntilTheNextSnapshot()
    {
        using var follower = _journal.Follow();
        _journal.Segment.Raw(UnknownKind, 12, 11, []).Set(13, "c", 1, durable: 12);
        _journal.Write();
        _journal.LookFor(follower, seconds: 10);
        follower.GetKeys().ShouldBe(["a", "z"]);
        follower.Follower!.Reloads.ShouldBe(1);
        follower.Follower!.Problem!.ShouldContain("a frame of the kind 99");
        ShouldGoOnWithTheNextSnapshot(follower);
    }

    [Fact]
    public void Note_ThatCannotBeCarriedOut_IsPassedByReadingEverythingAnew()
    {
        using var follower = _journal.Follow();
        _journal.Segment.Raw(JournalFrameKind.Slides, 11, 11, [1]).Set(12, "b", 1, durable: 11);
        _journal.Write();
        _journal.LookFor(follower, seconds: 2);
        follower.GetKeys().ShouldBe(["a", "b", "z"]);
        follower.Follower!.Reloads.ShouldBe(1);
        follower.Follower!.Problem.ShouldBeNull();
    }

    [Fact]
    public void Claims_ThatConflict_TheFirstCounts_UntilItIsGivenUp_AsForWhoeverOpensLater()
    {
        using var follower = _journal.Follow();
        _journal.Segment.Claim(11, "p:", "one").Claim(11, "p:", "two").Set(12, "p:a", 1);
        _journal.Write();
        follower.FollowNow();
        Should.Throw<KvSerializationException>(() => follower.GetPartition("p:").TryGet<int>("a", out _)).Message.ShouldContain("'one'");
        using (var late = _journal.Follow())
        {
            Should.Throw<KvSerializationException>(() => late.GetPartition("p:").TryGet<int>("a", out _)).Message.ShouldContain("'one'");
        }

        _journal.Segment.Claim(12, "p:", null).Claim(12, "p:", "two");
        _journal.Write();
        follower.FollowNow();
        Should.Throw<KvSerializationException>(() => follower.GetPartition("p:").TryGet<int>("a", out _)).Message.ShouldContain("'two'");
        _journal.Segment.Claim(12, "", null);
        _journal.Write();
        follower.FollowNow();
        follower.GetPartition("p:").TryGet<int>("a", out var value).ShouldBeTrue();
        value.ShouldBe(1);
        follower.Follower!.Reloads.ShouldBe(0);
    }

    [Theory]
    [InlineData("a", true)]
    [InlineData("nobody", true)]
    [InlineData("nobody", false)]
    public void Slide_OfAnEntryThatIsNotHere_IsReasonToReadEverythingAnew_IfItWouldBeAlive(string key, bool isAlive)
    {
        using var follower = _journal.Follow();
        var now = _journal.Home.Clock.GetUtcNow().ToUnixTimeMilliseconds() * 1_000_000;
        _journal.Segment.Slide(11, of: 11, key, isAlive ? now + 60_000_000_000 : now);
        _journal.Write();
        _journal.LookFor(follower, seconds: 5);
        follower.Follower!.Reloads.ShouldBe(isAlive ? 1 : 0, "'a' is here, but is none that slides");
        follower.Follower!.Problem.ShouldBeNull();
        follower.GetKeys().ShouldBe(["a", "z"]);
    }

    [Fact]
    public void Slide_OfAnEntryThatIsNotHere_AndNotEverythingCanBeRead_TheJournalIsFollowedOn()
    {
        using var follower = _journal.Follow();
        FailReadingSnapshots();
        _journal.Segment.Slide(11, of: 11, "nobody", (_journal.Home.Clock.GetUtcNow().ToUnixTimeMilliseconds() + 3_600_000) * 1_000_000);
        _journal.Write();
        _journal.LookFor(follower, seconds: 3);
        ShouldFollowOnUntilEverythingCanBeRead(follower);
    }

    [Fact]
    public void NewestSnapshot_IsGone_AndNotEverythingCanBeRead_TheJournalIsFollowedOn()
    {
        var name = _journal.Files.AddSnapshot(11, SegmentBuilder.NewRecord("a", 1), SegmentBuilder.NewRecord("z", 1));
        using var follower = _journal.Follow();
        FailReadingSnapshots();
        _journal.Home.Disk.Inner.Delete($"/data/snapshots/{name}");
        _journal.LookFor(follower, seconds: 3);
        ShouldFollowOnUntilEverythingCanBeRead(follower);
    }

    [Fact]
    public void Reload_ThatFailsAgainAndAgain_IsTriedAtLongerAndLongerIntervals()
    {
        using var follower = _journal.Follow();
        FailReadingSnapshots();
        _journal.Segment.Set(13, "c", 1);
        _journal.Write();
        var before = _journal.Home.Files.OperationCount;
        _journal.LookFor(follower, seconds: 600);
        _journal.Home.Files.Trace.Skip(before).Count(IsReadOfSnapshot).ShouldBeInRange(10, 20, "after 1, 2, 4 seconds and so on, and then once a minute");
        _journal.Files.AddSnapshot(13, SegmentBuilder.NewRecord("all", 1));
        _journal.Home.Files.Heal();
        _journal.LookFor(follower, seconds: 61);
        follower.GetKeys().ShouldBe(["all"]);
        follower.Follower!.Problem.ShouldBeNull();
    }

    private static bool IsReadOfSnapshot(FileOperation operation) => operation.Kind == FileOperationKind.Read && operation.Path.Contains("/snapshots/", StringComparison.Ordinal);

    private void FailReadingSnapshots() => _journal.Home.Files.FailWhen(IsReadOfSnapshot, FileFault.InputOutput);

    private void ShouldFollowOnUntilEverythingCanBeRead(KvStore follower)
    {
        follower.Follower!.Problem!.ShouldContain("cannot be read");
        _journal.Segment.Set(12, "b", 1, durable: 11);
        _journal.Write();
        follower.FollowNow();
        follower.GetKeys().ShouldBe(["a", "b", "z"]);
        follower.Follower!.Problem.ShouldNotBeNull("something is missing still");
        _journal.LookFor(follower, seconds: 60);
        _journal.Home.Log.Ids.Count(id => id == KvEventIds.FollowerTroubled).ShouldBe(1);

        _journal.Home.Files.Heal();
        _journal.LookFor(follower, seconds: 61);
        follower.Follower!.Problem.ShouldBeNull();
        follower.Follower!.Reloads.ShouldBe(1);
        follower.GetKeys().ShouldBe(["a", "b", "z"]);
    }

    private void ShouldGoOnWithTheNextSnapshot(KvStore follower)
    {
        _journal.Files.AddSnapshot(13, SegmentBuilder.NewRecord("all", 1));
        _journal.LookFor(follower, seconds: 2);
        follower.GetKeys().ShouldBe(["all"]);
        follower.Follower!.Problem.ShouldBeNull();
    }
}
