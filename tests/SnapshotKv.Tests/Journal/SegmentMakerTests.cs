using SnapshotKv.Format;
using SnapshotKv.Journal;
using SnapshotKv.Testing;
using SnapshotKv.Tests.Store;

namespace SnapshotKv.Tests.Journal;

/// <summary>What a segment is like before anything is appended: readers take zeros for the end, and anything else behind it for a torn commit.</summary>
public sealed class SegmentMakerTests
{
    [Theory]
    [InlineData(128 << 10, "less than is written at a time")]
    [InlineData(1 << 20, "what a journal begins with")]
    [InlineData((1 << 20) + (64 << 10) + 4096, "for a large commit: whole pages, and no more than that")]
    public void Make_OfAnySize_IsAHeaderAndZerosToItsEnd(int size, string why)
    {
        var home = new StoreHome();

        Make(home, size);

        var bytes = home.ReadFile("journal/000000000001.journal");
        bytes.Length.ShouldBe(size, why);
        bytes.AsSpan(0, JournalSegmentHeader.PageSize).ContainsAnyExcept((byte)0).ShouldBeTrue();
        bytes.AsSpan(JournalSegmentHeader.PageSize).ContainsAnyExcept((byte)0).ShouldBeFalse(why);
    }

    [Fact]
    public void Make_NameThatTheDeviceDoesNotTake_LeavesNothing()
    {
        var home = new StoreHome();
        home.Disk.CreateDirectory($"{StoreHome.Path}/journal");
        home.Files.FailWhen(FileOperationKind.FlushDirectory, FileFault.InputOutput);

        Should.Throw<IOException>(() => Make(home));

        home.Names("journal").ShouldBeEmpty();
    }

    [Fact]
    public void Make_WhereAnEarlierAttemptHasLeftItsFile_ReplacesIt()
    {
        var home = new StoreHome();
        home.WriteFile("journal/000000000001.journal.tmp", [1, 2, 3]);

        Make(home);

        home.Names("journal").ShouldBe(["000000000001.journal"]);
    }

    [Fact]
    public void Open_AfterAKill_FindsNoTornTailInAWholeJournal()
    {
        var home = new StoreHome { Durability = KvDurability.Process };
        using var store = home.OpenWithoutSaves();
        store.Set("k", 1);

        using var reopened = new StoreHome(home.Disk.CrashImage(CrashKind.ProcessKilled)) { Durability = KvDurability.Process }.Open();

        reopened.RecoveryReport.ReplayedCommits.ShouldBe(1);
        reopened.RecoveryReport.TornTail.ShouldBeNull();
    }

    private static void Make(StoreHome home, int size = 128 << 10)
    {
        home.Disk.CreateDirectory(StoreHome.Path);
        var directory = new JournalDirectory(home.Files, StoreHome.Path);
        var maker = new SegmentMaker(home.Files, directory, () => false, hasDirectory: false, isMapped: false);
        maker.Make(new(1, Salt: 0, size, Continues: 0, Start: 100, DurableThrough: 100, CreatedAt: 1)).Dispose();
    }
}
