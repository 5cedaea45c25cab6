using SnapshotKv.Testing;
using SnapshotKv.Tests.Store;

namespace SnapshotKv.Tests.Journal;

/// <summary>
/// Openings that make no commit, and save a snapshot all the same. It has the number behind which they would have begun; should it be damaged, what later openings committed
/// upon it must still be found.
/// </summary>
public sealed class OpeningWithoutCommitTests
{
    private readonly JournalHome _home = new();

    [Fact]
    public void Open_TheSnapshotOfAnOpeningWithoutACommitIsDamaged_LaterCommitsAreThere()
    {
        var home = Killed(new StoreHome { Durability = KvDurability.Process }, store =>
        {
            store.Set("a", 1);
            store.Save();
            store.Set("a", 2);
        });
        Open(home).Dispose();
        home = Killed(home, store => store.Set("b", 3));
        DamageNewest(home);

        using var again = Open(home);

        JournalHome.Contents(again).ShouldBe("a=2 b=3");
        again.RecoveryReport.HasLostCommits.ShouldBeFalse();
        again.RecoveryReport.JournalProblems.ShouldBeEmpty();
        again.RecoveryReport.Problems.ShouldHaveSingleItem();
    }

    [Fact]
    public void Open_TheLastSnapshotOfSeveralOpeningsWithoutACommitIsDamaged_LaterCommitsAreThere()
    {
        var home = Killed(new StoreHome { Durability = KvDurability.Process }, store =>
        {
            store.Set("a", 1, new KvEntryOptions { SlidingExpiration = TimeSpan.FromDays(1) });
            store.Save();
            store.Set("b", 2);
        });
        for (var opening = 0; opening < 3; opening++)
        {
            home.Clock.Advance(TimeSpan.FromHours(1));
            using var store = Open(home);
            store.TryGet<int>("a", out _).ShouldBeTrue();
        }

        home = Killed(home, store => store.Set("c", 3));
        home.Snapshots().Count.ShouldBe(4);
        DamageNewest(home);

        using var again = Open(home);

        JournalHome.Contents(again).ShouldBe("a=1 b=2 c=3");
        again.RecoveryReport.HasLostCommits.ShouldBeFalse();
    }

    [Fact]
    public void Open_TheSnapshotThatCameBeforeTheMovesIsDamaged_LaterCommitsAreThere()
    {
        var torn = new SegmentBuilder(2, 50, 100).Set(102, "b", 2).Set(103, "c", 3, durable: 102);
        _home.AddSnapshot(50, SegmentBuilder.NewRecord("old", 9));
        _home.Add(new SegmentBuilder(1, 50, 100).Set(101, "a", 1), torn);
        _home.Flip("journal/" + torn.FileName, torn.Offsets[0] + 40);
        var home = Killed(new StoreHome(_home.Store.Disk, _home.Store.Clock) { Durability = KvDurability.Process }, static _ => { });
        home.Names("quarantine").ShouldContain(torn.FileName);
        home = Killed(home, store => store.Set("d", 4));
        DamageNewest(home);

        using var again = Open(home);

        JournalHome.Contents(again).ShouldBe("a=1 d=4 old=9");
        again.RecoveryReport.HasLostCommits.ShouldBeFalse("what was lost was told by the opening before");
        again.RecoveryReport.EarlierLoss.ShouldNotBeNull();
    }

    [Fact]
    public void Open_AnotherIsContinuedAtItsStart_TheSegmentWithoutACommitLeadsOn()
    {
        _home.Add(new SegmentBuilder(1, 0, 100).Set(101, "a", 1), new SegmentBuilder(2, 101, 200), new SegmentBuilder(3, 200, 300).Set(301, "b", 3));

        using var store = _home.Open(KvRecoveryMode.Strict);

        JournalHome.Contents(store).ShouldBe("a=1 b=3");
    }

    /// <summary>Else room would be made by deleting it while the snapshot before it may still be needed.</summary>
    [Fact]
    public void Replay_SegmentWithoutAFrame_IsNeededUpToWhereItsOpeningBegan()
    {
        _home.Add(new SegmentBuilder(1, 0, 100).Set(101, "a", 1), new SegmentBuilder(2, 101, 150), new SegmentBuilder(3, 101, 200), new SegmentBuilder(4, 200, 300));

        var numbers = ReplayedState.Of(_home.Store.Disk).Outcome.LastNumbers;

        numbers[1].ShouldBe(101UL);
        numbers[2].ShouldBe(101UL, "a later opening did not find it");
        numbers[3].ShouldBe(200UL);
        numbers[4].ShouldBe(300UL);
    }

    [Fact]
    public void Open_AnotherIsContinuedAtItsStartAndCommitsOfItWereCut_TheyDoNotCount()
    {
        var cut = new SegmentBuilder(2, 101, 200).Set(201, "cut", 2).Set(202, "cut", 3);
        _home.Add(new SegmentBuilder(1, 0, 100).Set(101, "a", 1), cut, new SegmentBuilder(3, 200, 300).Set(301, "b", 3));

        ReplayedState.Of(_home.Store.Disk).Outcome.Highest.ShouldBe(301UL);
        _home.Flip("journal/" + cut.FileName, cut.Offsets[0] + 40);
        using var store = _home.Open(KvRecoveryMode.Strict);

        JournalHome.Contents(store).ShouldBe("a=1 b=3");
        store.RecoveryReport.TornTail.ShouldBeNull();
    }

    [Fact]
    public void Open_AnotherIsContinuedAtItsStart_ItsNotesCount()
    {
        _home.Add(
            new SegmentBuilder(1, 0, 100).Set(101, "a", 1),
            new SegmentBuilder(2, 101, 200).Claim(200, "p:", "mine"),
            new SegmentBuilder(3, 200, 300).Set(301, "b", 3));

        ReplayedState.Of(_home.Store.Disk).Serializers["p:"].ShouldBe("mine");
    }

    [Fact]
    public void Open_NothingLeadsToWhatIsContinued_NamesTheRange()
    {
        _home.Add(new SegmentBuilder(1, 0, 100).Set(101, "a", 1), new SegmentBuilder(2, 150, 200), new SegmentBuilder(3, 200, 300) { DurableThrough = 300 }.Set(301, "b", 3));

        using var store = _home.Open();

        JournalHome.Contents(store).ShouldBe("a=1");
        store.RecoveryReport.MissingCommits.ShouldBe(new KvMissingCommits(102, 301));
    }

    [Fact]
    public void Save_OpeningWithoutACommitWhenTheJournalHasNoRoom_SavesNevertheless()
    {
        var home = Killed(new StoreHome { Durability = KvDurability.Process }, store => store.Set("a", 1));
        home.Files.FailWhen(operation => operation.Path.Contains("/journal/", StringComparison.Ordinal) && operation.Kind == FileOperationKind.CreateNew, FileFault.NoSpace);

        using (var store = home.Open())
        {
            store.Save();
        }

        home.Files.Heal();
        using var again = Open(home);
        JournalHome.Contents(again).ShouldBe("a=1");
        again.RecoveryReport.ReplayedCommits.ShouldBe(0);
    }

    [Fact]
    public void Save_GosDirectoryCannotBeSaved_TheNextOpeningDoesNotTakeItForOurs()
    {
        _home.AddGoSnapshot();
        var home = new StoreHome(_home.Store.Disk) { Durability = KvDurability.Process };
        home.Files.FailWhen(operation => operation.Path.Contains("/snapshots/", StringComparison.Ordinal) && operation.Kind == FileOperationKind.CreateNew, FileFault.NoSpace);
        Should.Throw<KvStoreUnavailableException>(() => home.Open());
        home.Files.Heal();

        using var store = home.Open();

        store.RecoveryReport.GoWroteAfterUs.ShouldBeFalse();
        store.RecoveryReport.HasLostCommits.ShouldBeFalse();
    }

    /// <summary>What a process leaves that was killed after it had done something, on a clock that has gone on.</summary>
    private static StoreHome Killed(StoreHome home, Action<KvStore> act)
    {
        using var store = Open(home);
        act(store);
        return new(home.Disk.CrashImage(CrashKind.ProcessKilled), new ManualTimeProvider(home.Clock.GetUtcNow().AddMinutes(1))) { Durability = home.Durability };
    }

    /// <summary>Without compression a snapshot that is damaged at its end still tells its number.</summary>
    private static KvStore Open(StoreHome home) => home.Open(static options => options.Compression = KvCompression.None);

    private static void DamageNewest(StoreHome home)
    {
        var newest = "snapshots/" + home.Snapshots()[^1];
        var bytes = home.ReadFile(newest);
        bytes[^1] ^= 1;
        home.WriteFile(newest, bytes);
    }
}
