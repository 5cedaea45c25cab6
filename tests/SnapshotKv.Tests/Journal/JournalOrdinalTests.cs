using SnapshotKv.Journal;
using SnapshotKv.Testing;
using SnapshotKv.Tests.Store;

namespace SnapshotKv.Tests.Journal;

/// <summary>
/// Which number a new segment gets: the one behind the last, so that a gap always means a file that somebody took away; and never one that something in the store's directory
/// is called by already.
/// </summary>
public sealed class JournalOrdinalTests
{
    private const string First = "000000000001.journal";
    private const string Second = "000000000002.journal";
    private const string Third = "000000000003.journal";

    private static readonly byte[] Tail = new byte[1_000];

    [Fact]
    public void Set_LargerThanTheSegmentMadeReady_LeavesNoGapInTheOrder()
    {
        var home = SmallSegments();
        using var store = home.OpenWithoutSaves();
        store.SetBytes("tail", Tail);
        home.Names("journal").ShouldBe([First, Second], "the next segment was made ready");

        store.SetBytes("huge", new byte[40_000]);

        home.Names("journal").ShouldBe([First, Second, Third], "the last is the one that was made ready behind the large one");
        home.After(CrashKind.ProcessKilled).ShouldBe(new() { ["huge"] = 40_003, ["tail"] = 1_003 });
    }

    [Fact]
    public void Open_PowerCutTookWhatLayBeforeAFlushedLargeCommit_IsATornTailAndNoDamage()
    {
        var home = SmallSegments();
        using var store = home.OpenWithoutSaves();
        store.SetBytes("tail", Tail);
        store.SetBytes("huge", new byte[40_000]);

        // The kernel writes back in any order: the later segment's pages, and not those of the one before.
        var cut = SmallSegments(home.Disk.CrashImage(CrashKind.PowerCutLosingAll));
        cut.WriteFile("journal/" + Second, home.ReadFile("journal/" + Second));

        using var reopened = cut.Open(options => options.Recovery = KvRecoveryMode.Strict);

        reopened.RecoveryReport.HasLostCommits.ShouldBeFalse();
        reopened.RecoveryReport.TornTail.ShouldNotBeNull();
        reopened.Count().ShouldBe(0);
    }

    [Fact]
    public void Set_AfterASegmentWasRefused_LeavesNoGapInTheOrder()
    {
        var home = SmallSegments();
        using var store = home.OpenWithoutSaves();
        home.Files.FailWhen(operation => operation.Kind == FileOperationKind.Rename && FailingJournal.IsJournal(operation), FileFault.NoSpace);
        Should.Throw<KvStoreUnavailableException>(() => store.Set("refused", 1));
        home.Files.Heal();
        home.Clock.Advance(TimeSpan.FromSeconds(1));

        store.Set("a", 1);

        home.Names("journal").ShouldBe([First, Second]);
    }

    [Fact]
    public void Set_AfterTheSegmentMadeReadyWasRefused_LeavesNoGapInTheOrder()
    {
        var home = SmallSegments();
        using var store = home.OpenWithoutSaves();
        home.Files.FailWhen(operation => operation.Kind == FileOperationKind.Rename && operation.Path.Contains(Second, StringComparison.Ordinal), FileFault.InputOutput);
        store.SetBytes("tail", Tail);
        home.Names("journal").ShouldBe([First]);
        home.Files.Heal();
        home.Clock.Advance(TimeSpan.FromSeconds(1));

        store.SetBytes("huge", new byte[40_000]);

        home.Names("journal").ShouldBe([First, Second, Third]);
    }

    [Fact]
    public void Set_TheUnusedSegmentCannotBeDeleted_KeepsItsPlaceInTheOrder()
    {
        var home = SmallSegments();
        using var store = home.OpenWithoutSaves();
        store.SetBytes("tail", Tail);
        home.Files.FailWhen(operation => operation.Kind == FileOperationKind.Delete && operation.Path.EndsWith(Second, StringComparison.Ordinal), FileFault.AccessDenied);

        store.SetBytes("huge", new byte[40_000]);

        home.Names("journal").ShouldBe([First, Second, Third, "000000000004.journal"]);
        home.After(CrashKind.ProcessKilled).ShouldBe(new() { ["huge"] = 40_003, ["tail"] = 1_003 });
    }

    [Theory]
    [InlineData(First + ".reason")]
    [InlineData(First)]
    [InlineData(First + ".1")]
    [InlineData(First + ".12.reason")]
    public void Set_NumberThatSomethingInQuarantineHas_IsNotGivenAgain(string name)
    {
        var home = new JournalHome();
        home.Store.WriteFile("quarantine/" + name, "it is cut"u8.ToArray());
        using var store = home.Open(change: options => options.Durability = KvDurability.Process);

        store.Set("a", 1);

        home.Store.Names("journal").ShouldBe([Second]);
        var after = new StoreHome(home.Store.Disk.CrashImage(CrashKind.ProcessKilled)) { Durability = KvDurability.Process };
        using var reopened = after.Open();
        JournalHome.Contents(reopened).ShouldBe("a=1");
        reopened.RecoveryReport.JournalProblems.ShouldBeEmpty();
        after.Names("journal").ShouldBe([Second]);
    }

    [Fact]
    public void Set_NumberThatADirectoryInTheJournalHas_IsNotGivenAgain()
    {
        var home = SmallSegments();
        home.Disk.CreateDirectory($"{StoreHome.Path}/journal/{First}");
        using var store = home.OpenWithoutSaves();

        store.Set("a", 1);

        home.Names("journal").ShouldBe([First, Second, Third]);
    }

    [Theory]
    [InlineData("notes.txt")]
    [InlineData("5.journal")]
    [InlineData("000000000007.journal.bak")]
    [InlineData("000000000007.journal.tmp")]
    [InlineData("data-20260301-143022-0003.msgpack.gz.reason")]
    public void Set_NamesThatAreNoSegments_DoNotCount(string name)
    {
        var home = SmallSegments();
        home.WriteFile("journal/" + name, [1]);
        using var store = home.OpenWithoutSaves();

        store.Set("a", 1);

        home.Names("journal").ShouldContain(First);
    }

    private static StoreHome SmallSegments(InMemoryFileSystem? disk = null) =>
        new(disk) { Durability = KvDurability.Process, SegmentSizes = new SegmentSizes(8 << 10, 16 << 10) };
}
