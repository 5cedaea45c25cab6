using SnapshotKv.Diagnostics;
using SnapshotKv.Tests.Store;

namespace SnapshotKv.Tests.Journal;

/// <summary>Openings and how they follow each other: which commits a journal leads to from a snapshot. One test for each rule of docs/formats/journal.md.</summary>
public sealed class JournalChainTests
{
    private readonly JournalHome _home = new();

    [Fact]
    public void Open_WithoutSnapshot_ReplaysFromTheFirstCommit()
    {
        _home.Add(new SegmentBuilder(1, 0, 100).Set(101, "a", 1).Set(102, "b", 2).Remove(103, "a").Set(104, "c", 3));

        using var store = _home.Open();

        JournalHome.Contents(store).ShouldBe("b=2 c=3");
        store.RecoveryReport.ReplayedCommits.ShouldBe(4);
        store.RecoveryReport.LoadedSnapshot.ShouldBeNull();
        store.RecoveryReport.TornTail.ShouldBeNull();
        store.RecoveryReport.HasLostCommits.ShouldBeFalse();
        store.LastSequence.ShouldBeGreaterThan(104UL);
        _home.Store.Log.Ids.ShouldContain(KvEventIds.JournalReplayed);
    }

    [Fact]
    public void Open_SnapshotBeforeTheOpening_ContinuesBehindIt()
    {
        _home.AddSnapshot(50, SegmentBuilder.NewRecord("old", 9));
        _home.Add(new SegmentBuilder(1, 50, 100).Set(101, "a", 1), new SegmentBuilder(2, 50, 100).Set(102, "b", 2));

        using var store = _home.Open();

        JournalHome.Contents(store).ShouldBe("a=1 b=2 old=9");
        store.RecoveryReport.ReplayedCommits.ShouldBe(2);
    }

    [Fact]
    public void Open_SnapshotWithinTheOpening_SkipsWhatItHolds()
    {
        _home.AddSnapshot(102, SegmentBuilder.NewRecord("a", 1), SegmentBuilder.NewRecord("b", 2));
        _home.Add(new SegmentBuilder(1, 50, 100).Set(101, "a", 1).Set(102, "b", 2).Set(103, "c", 3));

        using var store = _home.Open();

        JournalHome.Contents(store).ShouldBe("a=1 b=2 c=3");
        store.RecoveryReport.ReplayedCommits.ShouldBe(1);
    }

    [Fact]
    public void Open_SnapshotAtTheOpeningsStart_TakesItsCommits()
    {
        // Saved before the first commit: for the sake of a conversion, or of slides.
        _home.AddSnapshot(100, SegmentBuilder.NewRecord("old", 9));
        _home.Add(new SegmentBuilder(1, 50, 100).Set(101, "a", 1));

        using var store = _home.Open();

        JournalHome.Contents(store).ShouldBe("a=1 old=9");
    }

    [Fact]
    public void Open_SeveralOpenings_FollowsOneAfterTheOther()
    {
        _home.Add(
            new SegmentBuilder(1, 0, 100).Set(101, "a", 1).Set(102, "b", 2),
            new SegmentBuilder(2, 102, 200).Set(201, "c", 3),
            new SegmentBuilder(3, 201, 300).Set(301, "d", 4).Remove(302, "a"));

        using var store = _home.Open();

        JournalHome.Contents(store).ShouldBe("b=2 c=3 d=4");
        store.RecoveryReport.ReplayedCommits.ShouldBe(5);
    }

    [Fact]
    public void Open_EarlierOpeningWasCut_WhatStandsBehindTheCutDoesNotCount()
    {
        // The second opening found commit 101 only: 102 was not there when it looked, and is there now.
        _home.Add(
            new SegmentBuilder(1, 0, 100).Set(101, "a", 1).Set(102, "cut", 2),
            new SegmentBuilder(2, 101, 200).Set(201, "b", 3));

        using var store = _home.Open();

        JournalHome.Contents(store).ShouldBe("a=1 b=3");
        store.RecoveryReport.HasLostCommits.ShouldBeFalse();
        store.RecoveryReport.TornTail.ShouldBeNull();
    }

    [Fact]
    public void Open_DamageBehindTheCutOfALaterOpening_IsOfNoAccount()
    {
        _home.Add(
            new SegmentBuilder(1, 0, 100).Set(101, "a", 1).Set(102, "cut", 2),
            new SegmentBuilder(2, 101, 200) { DurableThrough = 200 }.Set(201, "b", 3, durable: 200));
        _home.Flip("journal/000000000001.journal", new SegmentBuilder(1, 0, 100).Set(101, "a", 1).End + 40);

        using var store = _home.Open(KvRecoveryMode.Strict);

        JournalHome.Contents(store).ShouldBe("a=1 b=3");
    }

    [Fact]
    public void Open_OpeningThatALaterOneDidNotFind_IsPassedOver()
    {
        _home.Add(
            new SegmentBuilder(1, 0, 100).Set(101, "a", 1),
            new SegmentBuilder(2, 101, 200).Set(201, "gone", 2),
            new SegmentBuilder(3, 101, 300).Set(301, "b", 3));

        using var store = _home.Open(KvRecoveryMode.Strict);

        JournalHome.Contents(store).ShouldBe("a=1 b=3");
    }

    [Fact]
    public void Open_DamageInAnOpeningThatALaterOneDidNotFind_IsOfNoAccount()
    {
        var gone = new SegmentBuilder(2, 101, 200).Set(201, "gone", 2).Set(202, "gone", 3);
        _home.Add(
            new SegmentBuilder(1, 0, 100).Set(101, "a", 1),
            gone,
            new SegmentBuilder(3, 101, 300) { DurableThrough = 300 }.Set(301, "b", 3, durable: 300));
        _home.Flip("journal/000000000002.journal", gone.Offsets[0] + 40);

        using var store = _home.Open(KvRecoveryMode.Strict);

        JournalHome.Contents(store).ShouldBe("a=1 b=3");
    }

    [Fact]
    public void Open_DamageBehindAWholeCommitThatWasCut_IsOfNoAccount()
    {
        var cut = new SegmentBuilder(1, 0, 100).Set(101, "a", 1).Set(102, "cut", 2).Set(103, "cut", 3);
        _home.Add(cut, new SegmentBuilder(2, 101, 200) { DurableThrough = 200 }.Set(201, "b", 3, durable: 200));
        _home.Flip("journal/000000000001.journal", cut.Offsets[2] + 40);

        using var store = _home.Open(KvRecoveryMode.Strict);

        JournalHome.Contents(store).ShouldBe("a=1 b=3");
    }

    [Fact]
    public void Replay_NumberOfACommitThatWasCut_IsNotGivenAgain()
    {
        _home.Add(
            new SegmentBuilder(1, 0, 100).Set(101, "a", 1).Set(900, "cut", 2),
            new SegmentBuilder(2, 101, 200).Set(201, "b", 3));

        ReplayedState.Of(_home.Store.Disk).Outcome.Highest.ShouldBe(900UL);
    }

    [Fact]
    public void Replay_SegmentsThatNeedNotBeRead_AreKnownByTheirLastNumbersAllTheSame()
    {
        // A segment of which the last number were not known would go with the next snapshot, and the way from the one before with it.
        _home.Add(
            new SegmentBuilder(1, 0, 100).Set(101, "a", 1).Set(102, "b", 1).Set(103, "cut", 1),
            new SegmentBuilder(2, 102, 200).Set(201, "c", 1),
            new SegmentBuilder(3, 102, 200).Set(202, "d", 1),
            new SegmentBuilder(4, 102, 200).Set(203, "e", 1));

        ReplayedState.Of(_home.Store.Disk, sequence: 202).Outcome.LastNumbers
            .OrderBy(static pair => pair.Key).Select(static pair => (pair.Key, pair.Value)).ShouldBe([(1UL, 102UL), (2UL, 202UL), (3UL, 202UL), (4UL, 203UL)]);
    }

    [Fact]
    public void Open_OpeningWithoutCommits_LeadsOn()
    {
        _home.Add(
            new SegmentBuilder(1, 0, 100).Set(101, "a", 1),
            new SegmentBuilder(2, 101, 200),
            new SegmentBuilder(3, 101, 300).Set(301, "b", 3),
            new SegmentBuilder(4, 301, 400));

        using var store = _home.Open(KvRecoveryMode.Strict);

        JournalHome.Contents(store).ShouldBe("a=1 b=3");
        store.RecoveryReport.TornTail.ShouldBeNull();
    }

    [Fact]
    public void Open_OpeningContinuesWhatIsMissing_NamesTheRange()
    {
        _home.AddSnapshot(50, SegmentBuilder.NewRecord("old", 9));
        _home.Add(new SegmentBuilder(7, 90, 100).Set(101, "a", 1).Set(102, "b", 1));

        Should.Throw<KvStoreCorruptedException>(() => _home.Open(KvRecoveryMode.Strict)).File.ShouldEndWith("000000000007.journal");
        using var store = _home.Open();

        JournalHome.Contents(store).ShouldBe("old=9");
        store.RecoveryReport.HasLostCommits.ShouldBeTrue();
        store.RecoveryReport.MissingCommits.ShouldBe(new KvMissingCommits(51, 102));
        var problem = store.RecoveryReport.JournalProblems.ShouldHaveSingleItem();
        problem.FileName.ShouldBe("000000000007.journal");
        problem.MovedTo.ShouldBe("/data/quarantine/000000000007.journal");
        _home.Store.Names("journal").ShouldBeEmpty();
        _home.Store.Names("quarantine").ShouldBe(["000000000007.journal", "000000000007.journal.reason"]);
        store.LastSequence.ShouldBeGreaterThan(102UL);
    }

    [Fact]
    public void Open_OpeningWithoutCommitsContinuesWhatIsMissing_NamesTheRange()
    {
        _home.AddSnapshot(50, SegmentBuilder.NewRecord("old", 9));
        _home.Add(new SegmentBuilder(7, 90, 100));

        using var store = _home.Open();

        JournalHome.Contents(store).ShouldBe("old=9");
        store.RecoveryReport.MissingCommits.ShouldBe(new KvMissingCommits(51, null));
    }

    [Fact]
    public void Open_SnapshotAheadOfWhatAnOpeningContinues_DoesNotMixTheTwo()
    {
        // A snapshot that was set aside and put back: the journal went on from another state.
        _home.AddSnapshot(150, SegmentBuilder.NewRecord("old", 9));
        _home.Add(new SegmentBuilder(1, 101, 200).Set(201, "a", 1));

        using var store = _home.Open();

        JournalHome.Contents(store).ShouldBe("old=9");
        store.RecoveryReport.HasLostCommits.ShouldBeTrue();
        store.RecoveryReport.MissingCommits.ShouldBe(new KvMissingCommits(151, 201));
    }

    [Fact]
    public void Open_NumberLeftOutBetweenTwoFrames_IsDamage()
    {
        _home.Add(new SegmentBuilder(1, 0, 100).Set(101, "a", 1).Set(103, "c", 3));

        using var store = _home.Open();

        JournalHome.Contents(store).ShouldBe("a=1");
        store.RecoveryReport.MissingCommits.ShouldBe(new KvMissingCommits(102, 103));
    }

    [Fact]
    public void Open_SegmentInTheMiddleIsGone_IsDamage()
    {
        _home.Add(
            new SegmentBuilder(1, 0, 100).Set(101, "a", 1),
            new SegmentBuilder(3, 0, 100).Set(103, "c", 3));

        using var store = _home.Open();

        JournalHome.Contents(store).ShouldBe("a=1");
        store.RecoveryReport.HasLostCommits.ShouldBeTrue();
        store.RecoveryReport.MissingCommits.ShouldBe(new KvMissingCommits(102, 103));
        store.RecoveryReport.JournalProblems.ShouldHaveSingleItem().FileName.ShouldBe("000000000003.journal");
    }

    [Fact]
    public void Open_EndOfASegmentNeverReachedTheDevice_IsATornTail()
    {
        // The next segment was begun, and its pages were written before those of the one before it.
        _home.Add(
            new SegmentBuilder(1, 0, 100).Set(101, "a", 1),
            new SegmentBuilder(2, 0, 100).Set(103, "c", 3).Set(104, "d", 4));

        using var store = _home.Open(KvRecoveryMode.Strict);

        JournalHome.Contents(store).ShouldBe("a=1");
        store.RecoveryReport.HasLostCommits.ShouldBeFalse();
        store.RecoveryReport.TornTail!.FileName.ShouldBe("000000000001.journal");
        store.RecoveryReport.TornTail.Frames.ShouldBe(2);
        store.LastSequence.ShouldBeGreaterThan(104UL);
        _home.Store.Names("journal").ShouldBe(["000000000001.journal", "000000000002.journal"]);
        _home.Store.Log.Ids.ShouldContain(KvEventIds.JournalTornTail);
    }

    [Fact]
    public void Open_SameWithProofThatItWasFlushed_IsDamage()
    {
        _home.Add(
            new SegmentBuilder(1, 0, 100).Set(101, "a", 1),
            new SegmentBuilder(2, 0, 100).Set(103, "c", 3).Set(104, "d", 4, durable: 102));

        using var store = _home.Open();

        JournalHome.Contents(store).ShouldBe("a=1");
        store.RecoveryReport.MissingCommits.ShouldBe(new KvMissingCommits(102, 104));
        store.RecoveryReport.JournalProblems.Select(problem => problem.FileName).ShouldBe(["000000000001.journal", "000000000002.journal"]);
    }

    [Fact]
    public void Open_NoSnapshotAndAJournalThatContinuesOne_RefusesAndChangesNothing()
    {
        _home.Add(new SegmentBuilder(4, 50, 100).Set(101, "a", 1));
        var before = _home.Files();

        foreach (var recovery in Enum.GetValues<KvRecoveryMode>())
        {
            var exception = Should.Throw<KvStoreCorruptedException>(() => _home.Open(recovery));

            exception.Message.ShouldContain("000000000004.journal");
        }

        _home.Files().ShouldBe(before);
    }

    [Fact]
    public void Open_AllSnapshotsDamagedAndAJournalFromTheFirstCommitOn_LosesNothing()
    {
        var damaged = _home.AddSnapshot(102, SegmentBuilder.NewRecord("a", 1), SegmentBuilder.NewRecord("b", 2));
        _home.Add(new SegmentBuilder(1, 0, 100).Set(101, "a", 1).Set(102, "b", 2).Set(103, "c", 3));
        _home.Flip("snapshots/" + damaged, _home.Store.ReadFile("snapshots/" + damaged).Length - 1);

        using var store = _home.Open();

        JournalHome.Contents(store).ShouldBe("a=1 b=2 c=3");
        store.RecoveryReport.HasLostCommits.ShouldBeFalse();
        store.RecoveryReport.Problems.ShouldHaveSingleItem().FileName.ShouldBe(damaged);
    }

    [Fact]
    public void Open_NewestSnapshotDamaged_TheOlderAndTheJournalLoseNothing()
    {
        _home.AddSnapshot(50, SegmentBuilder.NewRecord("old", 9));
        var newest = _home.AddSnapshot(102, SegmentBuilder.NewRecord("old", 9), SegmentBuilder.NewRecord("a", 1), SegmentBuilder.NewRecord("b", 2));
        _home.Add(new SegmentBuilder(1, 50, 100).Set(101, "a", 1).Set(102, "b", 2), new SegmentBuilder(2, 50, 100).Set(103, "c", 3));
        _home.Flip("snapshots/" + newest, _home.Store.ReadFile("snapshots/" + newest).Length - 1);

        using var store = _home.Open();

        JournalHome.Contents(store).ShouldBe("a=1 b=2 c=3 old=9");
        store.RecoveryReport.FellBack.ShouldBeTrue();
        store.RecoveryReport.HasLostCommits.ShouldBeFalse();
        store.RecoveryReport.ReplayedCommits.ShouldBe(3);
    }

    [Fact]
    public void Open_NewestSnapshotDamagedAndSegmentsDropped_NamesWhatIsMissing()
    {
        _home.AddSnapshot(50, SegmentBuilder.NewRecord("old", 9));
        var newest = _home.AddSnapshot(102, SegmentBuilder.NewRecord("a", 1));
        _home.Add(new SegmentBuilder(2, 50, 100).Set(103, "c", 3));
        _home.Flip("snapshots/" + newest, _home.Store.ReadFile("snapshots/" + newest).Length - 1);

        using var store = _home.Open();

        JournalHome.Contents(store).ShouldBe("old=9");
        store.RecoveryReport.HasLostCommits.ShouldBeTrue();
        store.RecoveryReport.MissingCommits.ShouldBe(new KvMissingCommits(51, 103));
        _home.Store.Names("quarantine").ShouldContain("000000000002.journal");
        _home.Store.Names("quarantine").ShouldContain(newest);
    }

    [Fact]
    public void Open_NewestSnapshotDamagedAndNoJournal_NamesWhatIsMissing()
    {
        _home.AddSnapshot(50, SegmentBuilder.NewRecord("old", 9));
        var newest = _home.AddSnapshot(102, SegmentBuilder.NewRecord("a", 1));
        _home.Flip("snapshots/" + newest, _home.Store.ReadFile("snapshots/" + newest).Length - 1);

        using var store = _home.Open();

        store.RecoveryReport.HasLostCommits.ShouldBeTrue();
        store.RecoveryReport.MissingCommits.ShouldBe(new KvMissingCommits(51, 102));
    }

    [Fact]
    public void Open_SegmentsThatASnapshotCovers_AreNotRead()
    {
        _home.AddSnapshot(103, SegmentBuilder.NewRecord("a", 1));
        _home.Add(
            new SegmentBuilder(1, 0, 100).Set(101, "a", 1),
            new SegmentBuilder(2, 0, 100).Set(102, "b", 2),
            new SegmentBuilder(3, 0, 100).Set(103, "c", 3).Set(104, "d", 4));
        _home.Flip("journal/000000000001.journal", 4096 + 40);

        using var store = _home.Open(KvRecoveryMode.Strict);

        JournalHome.Contents(store).ShouldBe("a=1 d=4");
    }

    [Fact]
    public void Open_WhatIsNoSegment_IsLeftAlone()
    {
        _home.Add(new SegmentBuilder(1, 0, 100).Set(101, "a", 1));
        _home.Store.WriteFile("journal/1.journal", [1, 2, 3]);
        _home.Store.WriteFile("journal/notes.txt", [1]);
        _home.Store.WriteFile("journal/000000000009.journal.tmp", [1]);
        _home.Store.Disk.CreateDirectory(StoreHome.Path + "/journal/000000000002.journal");

        using var store = _home.Open(KvRecoveryMode.Strict);

        JournalHome.Contents(store).ShouldBe("a=1");
        _home.Store.Names("journal").ShouldBe(["000000000001.journal", "000000000002.journal", "1.journal", "notes.txt"]);
    }
}
