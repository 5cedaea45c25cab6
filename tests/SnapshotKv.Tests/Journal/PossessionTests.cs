using System.Text;
using SnapshotKv.Diagnostics;
using SnapshotKv.Engine;
using SnapshotKv.Testing;
using SnapshotKv.Tests.Store;

namespace SnapshotKv.Tests.Journal;

/// <summary>What an opening does with the files before it lets anybody in, what it tells, and what it remembers until somebody has acknowledged it.</summary>
public sealed class PossessionTests
{
    private const string Note = StoreHome.Path + "/" + LossNote.FileName;

    private readonly JournalHome _home = new();

    [Fact]
    public void Open_GosDirectoryAtAJournaledLevel_SavesASnapshotOfOursFirst()
    {
        var gos = _home.AddGoSnapshot();

        using var store = _home.Open(change: options => options.Durability = KvDurability.Process);

        _home.Store.Snapshots().Count.ShouldBe(2);
        _home.Store.Snapshots()[0].ShouldBe(gos);
        store.RecoveryReport.GoWroteAfterUs.ShouldBeFalse();
        store.RecoveryReport.HasLostCommits.ShouldBeFalse();
        _home.Store.Names("quarantine").ShouldBeEmpty();
    }

    [Fact]
    public void Open_GosDirectoryAtLevelSnapshot_WritesNothing()
    {
        var gos = _home.AddGoSnapshot();

        using var store = _home.Open();

        _home.Store.Snapshots().ShouldBe([gos]);
    }

    [Fact]
    public void Open_GoWroteAfterUs_ItsContentWinsAndTheJournalIsSetAside()
    {
        _home.AddSnapshot(102, SegmentBuilder.NewRecord("a", 1), SegmentBuilder.NewRecord("b", 2));
        _home.AddGoSnapshot();
        _home.Add(
            new SegmentBuilder(1, 0, 100).Set(101, "a", 1),
            new SegmentBuilder(2, 0, 100).Set(102, "b", 2).Set(103, "only-here", 3));
        using var reference = GosOwn();

        using var store = _home.Open(KvRecoveryMode.Strict);

        JournalHome.Contents(store).ShouldBe(JournalHome.Contents(reference));
        var report = store.RecoveryReport;
        report.GoWroteAfterUs.ShouldBeTrue();
        report.HasLostCommits.ShouldBeTrue();
        report.MissingCommits.ShouldBe(new KvMissingCommits(103, 103));
        report.JournalProblems.ShouldHaveSingleItem().FileName.ShouldBe("000000000002.journal");
        _home.Store.Names("quarantine").ShouldBe(["000000000002.journal", "000000000002.journal.reason"]);
        _home.Store.Names("journal").ShouldBeEmpty();
        _home.Store.Log.Ids.ShouldContain(KvEventIds.GoWroteAfterUs);
        store.LastSequence.ShouldBeGreaterThan(103UL);
    }

    /// <summary>A compressed snapshot that is damaged does not tell its number, so that anything may be missing.</summary>
    [Fact]
    public void Open_DamagedSnapshotOfAnOpeningWithoutACommit_HasEverythingAndNamesARangeThatNeverHeldCommits()
    {
        var home = new StoreHome { Durability = KvDurability.Process };
        ulong last;
        using (var store = home.Open())
        {
            store.Set("a", 1);
            store.Save();
            store.Set("a", 2);
            last = store.LastSequence;
            home = new StoreHome(home.Disk.CrashImage(CrashKind.ProcessKilled), new ManualTimeProvider(home.Clock.GetUtcNow().AddMinutes(1))) { Durability = KvDurability.Process };
        }

        home.Open().Dispose();
        var newest = "snapshots/" + home.Snapshots()[^1];
        var bytes = home.ReadFile(newest);
        bytes[^1] ^= 1;
        home.WriteFile(newest, bytes);

        using var again = home.Open();

        again.TryGet<int>("a", out var value).ShouldBeTrue();
        value.ShouldBe(2);
        again.RecoveryReport.HasLostCommits.ShouldBeTrue();
        again.RecoveryReport.MissingCommits.ShouldNotBeNull().From.ShouldBe(last + 1);
    }

    [Fact]
    public void Open_GoWroteAfterACleanClose_LosesNothing()
    {
        _home.AddSnapshot(103, SegmentBuilder.NewRecord("a", 1));
        _home.AddGoSnapshot();
        _home.Add(new SegmentBuilder(2, 0, 100).Set(102, "b", 2).Set(103, "c", 3));

        using var store = _home.Open();

        store.RecoveryReport.GoWroteAfterUs.ShouldBeTrue();
        store.RecoveryReport.HasLostCommits.ShouldBeFalse();
        _home.Store.Names("quarantine").ShouldBeEmpty();
        _home.Store.Names("journal").ShouldBeEmpty();
        _home.Store.Snapshots().Count.ShouldBe(3, "before the journal is dropped, what Go wrote is in a snapshot of ours");
    }

    [Fact]
    public void Open_GoWroteAfterACleanCloseWithNotesBehindIt_LosesNothing()
    {
        _home.AddSnapshot(103, SegmentBuilder.NewRecord("a", 1));
        _home.AddGoSnapshot();
        _home.Add(new SegmentBuilder(2, 0, 100).Set(102, "b", 2).Set(103, "c", 3).Claim(103, "p:", "mine"));

        using var store = _home.Open();

        store.RecoveryReport.GoWroteAfterUs.ShouldBeTrue();
        store.RecoveryReport.HasLostCommits.ShouldBeFalse();
        store.RecoveryReport.JournalProblems.ShouldBeEmpty("a note is no commit, and Go's content counts");
        _home.Store.Names("quarantine").ShouldBeEmpty();
        _home.Store.Names("journal").ShouldBeEmpty();
    }

    [Fact]
    public void Open_GoWroteAfterUsBeforeOurFirstSnapshot_IsTold()
    {
        _home.AddGoSnapshot();
        _home.Add(new SegmentBuilder(1, 0, 100).Set(101, "a", 1));

        using var store = _home.Open();

        store.RecoveryReport.GoWroteAfterUs.ShouldBeTrue();
        store.RecoveryReport.HasLostCommits.ShouldBeTrue();
        store.RecoveryReport.JournalProblems.ShouldHaveSingleItem().FileName.ShouldBe("000000000001.journal");
        _home.Store.Log.Ids.ShouldContain(KvEventIds.GoWroteAfterUs);
    }

    [Fact]
    public void Open_SnapshotWithANumberThatIsNotGoneOnFrom_TheJournalBuildsOnOneOfOurs()
    {
        _home.AddSnapshot((1UL << 61) + 5, SegmentBuilder.NewRecord("a", 1));
        InMemoryFileSystem killed;
        using (var store = _home.Open(change: options => options.Durability = KvDurability.Process))
        {
            store.LastSequence.ShouldBeLessThan(1UL << 61);
            store.Set("b", 2);
            killed = _home.Store.Disk.CrashImage(CrashKind.ProcessKilled);
        }

        using var after = new StoreHome(killed).Open();

        JournalHome.Contents(after).ShouldBe("a=1 b=2");
        after.RecoveryReport.JournalProblems.ShouldBeEmpty();
        after.RecoveryReport.HasLostCommits.ShouldBeFalse();
    }

    [Fact]
    public void Open_NotesThatChangeNothing_AreNoReasonToSave()
    {
        _home.AddSnapshot(50, SegmentBuilder.NewRecord("old", 9));
        _home.Add(new SegmentBuilder(1, 50, 100).Slide(100, 50, "gone", long.MaxValue).Claim(100, "p:", null));

        _home.Open().Dispose();

        _home.Store.Snapshots().Count.ShouldBe(1);
    }

    [Fact]
    public void Open_NotesThatChangeSomething_AreSavedInTheEnd()
    {
        _home.AddSnapshot(50, SegmentBuilder.NewRecord("old", 9));
        _home.Add(new SegmentBuilder(1, 50, 100).Claim(100, "p:", "mine"));

        _home.Open().Dispose();

        _home.Store.Snapshots().Count.ShouldBe(2);
    }

    [Fact]
    public void Open_LevelLoweredToSnapshot_KeepsWhatTheJournalHoldsAndSavesItInTheEnd()
    {
        _home.AddSnapshot(50, SegmentBuilder.NewRecord("old", 9));
        _home.Add(new SegmentBuilder(1, 50, 100).Set(101, "a", 1));

        using (var store = _home.Open())
        {
            JournalHome.Contents(store).ShouldBe("a=1 old=9");
        }

        _home.Store.Snapshots().Count.ShouldBe(2, "after a clean close Go sees everything");
        using var again = _home.Open();
        JournalHome.Contents(again).ShouldBe("a=1 old=9");
        again.RecoveryReport.ReplayedCommits.ShouldBe(0);
        again.Set("b", 2);
        again.Save();
        _home.Store.Names("journal").ShouldBeEmpty("two snapshots cover it");
    }

    [Theory]
    [InlineData(KvDurability.Snapshot)]
    [InlineData(KvDurability.Process)]
    public void Open_WithAnotherFormat_ConvertsWhatTheJournalBroughtAndSavesIt(KvDurability durability)
    {
        _home.AddSnapshot(50, SegmentBuilder.NewRecord("old", 9));
        _home.Add(new SegmentBuilder(1, 50, 100).Set(101, "a", 1));
        void Json(SnapshotKvOptions options)
        {
            options.Format = KvFormat.Json;
            options.Durability = durability;
        }

        using (var store = _home.Open(change: Json))
        {
            JournalHome.Contents(store).ShouldBe("a=1 old=9");
            _home.Store.Snapshots().ShouldContain(name => name.Contains(".json", StringComparison.Ordinal));
            store.Set("b", 2);
        }

        using var back = _home.Open();
        JournalHome.Contents(back).ShouldBe("a=1 b=2 old=9");
    }

    [Fact]
    public void Open_JournalInTheOtherFormatThanTheSnapshot_IsConverted()
    {
        _home.AddSnapshot(50, SegmentBuilder.NewRecord("old", 9));
        _home.Add(new SegmentBuilder(1, 50, 100).Set(101, 0, Snapshots.SnapshotFiles.NewRecord("a", "1"u8, flags: SnapshotKv.Format.RecordFlags.Json)));

        using var store = _home.Open(change: options => options.Durability = KvDurability.Process);

        JournalHome.Contents(store).ShouldBe("a=1 old=9");
        _home.Store.Snapshots().Count.ShouldBe(2);
    }

    [Fact]
    public void Open_TheSnapshotBeforeTheMovesIsRefused_FailsAndNothingIsMoved()
    {
        Damage();
        var before = _home.Files();
        _home.Store.Files.FailWhen(operation => operation.Kind == FileOperationKind.CreateNew && operation.Path.Contains("snapshots", StringComparison.Ordinal), FileFault.NoSpace);

        Should.Throw<KvStoreUnavailableException>(() => _home.Open());

        var after = _home.Files();
        foreach (var (name, bytes) in before)
        {
            after[name].ShouldBe(bytes, name);
        }

        _home.Store.Snapshots().Count.ShouldBe(1);
        _home.Store.Files.Heal();
        using var store = _home.Open();
        JournalHome.Contents(store).ShouldBe("a=1 old=9");
        store.RecoveryReport.JournalProblems.ShouldHaveSingleItem().MovedTo.ShouldBe("/data/quarantine/000000000001.journal");
        _home.Store.Names("quarantine").ShouldBe(["000000000001.journal", "000000000001.journal.reason"]);
    }

    [Fact]
    public void Open_CrashAnywhereWhileTakingPossession_LosesNeitherDataNorTheDamagedFileNorTheLoss()
    {
        for (var cut = 1; ; cut++)
        {
            var home = new JournalHome();
            Damage(home);
            home.Store.Disk.FlushDirectory("/");
            home.Store.Disk.FlushDirectory(StoreHome.Path);
            var damaged = home.Store.ReadFile("journal/000000000001.journal");
            var images = new List<(CrashKind Kind, InMemoryFileSystem Disk)>();
            home.Store.Files.Before(cut, () => images.AddRange(Enum.GetValues<CrashKind>().Select(kind => (kind, home.Store.Disk.CrashImage(kind, seed: cut)))));
            home.Open().Dispose();
            foreach (var (crash, image) in images)
            {
                var after = new StoreHome(image);
                using var store = after.Open();
                var what = $"{crash} at operation {cut}";
                JournalHome.Contents(store).ShouldBe("a=1 old=9", what);
                store.RecoveryReport.IsAcknowledged.ShouldBeFalse(what);
                after.Names("quarantine").ShouldContain("000000000001.journal", what);
                after.ReadFile("quarantine/000000000001.journal").ShouldBe(damaged, what);

                // A power cut in the middle of the move may leave the name in the journal, too: it is built upon by nothing.
                store.RecoveryReport.ReplayedCommits.ShouldBeLessThanOrEqualTo(1, what);
            }

            if (images.Count == 0)
            {
                cut.ShouldBeGreaterThan(10);
                return;
            }
        }
    }

    [Fact]
    public void Open_TheNoteOfTheLossIsRefused_SaysThatItWasToBeWritten()
    {
        Damage();
        _home.Store.Files.FailWhen(operation => operation.Kind == FileOperationKind.CreateNew && operation.Path.Contains(LossNote.FileName, StringComparison.Ordinal), FileFault.NoSpace);

        var thrown = Should.Throw<KvStoreUnavailableException>(() => _home.Open());

        thrown.Message.ShouldContain($"tried to write '{Note}'");
        thrown.Message.ShouldContain("Free some space");
        thrown.InnerException.ShouldBeAssignableTo<IOException>();
        _home.Store.Names("quarantine").ShouldBeEmpty();
    }

    [Fact]
    public void Open_JournalWithoutALimit_KeepsWhatIsInQuarantine()
    {
        Damage();
        _home.Store.WriteFile("quarantine/data-old.msgpack.gz", [1]);
        _home.Store.WriteFile("quarantine/data-old.msgpack.gz.reason", Encoding.UTF8.GetBytes("bad"));

        using var store = _home.Open(change: options => options.MaxJournalBytes = long.MaxValue);

        store.RecoveryReport.JournalProblems.ShouldHaveSingleItem();
        _home.Store.Names("quarantine").ShouldContain("data-old.msgpack.gz");
    }

    [Fact]
    public void Acknowledge_UntilThen_TheLossIsToldAtEveryOpening()
    {
        Damage();
        using (var store = _home.Open())
        {
            store.RecoveryReport.HasLostCommits.ShouldBeTrue();
            store.RecoveryReport.EarlierLoss.ShouldBeNull();
            store.RecoveryReport.IsAcknowledged.ShouldBeFalse();
        }

        _home.Store.Log.Ids.ShouldContain(KvEventIds.CommitsLost);
        using (var store = _home.Open())
        {
            store.RecoveryReport.HasLostCommits.ShouldBeFalse();
            store.RecoveryReport.IsAcknowledged.ShouldBeFalse();
            var told = store.RecoveryReport.EarlierLoss.ShouldNotBeNull();
            told.ShouldContain("from 102");
            told.ShouldContain("000000000001.journal");
            _home.Store.Log.Ids.ShouldContain(KvEventIds.LossNotAcknowledged);

            store.RecoveryReport.Acknowledge();
            store.RecoveryReport.IsAcknowledged.ShouldBeTrue();
            store.RecoveryReport.Acknowledge();
            _home.Store.Disk.CrashImage(CrashKind.PowerCutLosingAll).FileExists(Note).ShouldBeFalse();
        }

        using var last = _home.Open();
        last.RecoveryReport.IsAcknowledged.ShouldBeTrue();
        last.RecoveryReport.EarlierLoss.ShouldBeNull();
    }

    [Fact]
    public void Acknowledge_RefusedByTheDisk_StaysUnacknowledged()
    {
        Damage();
        using var store = _home.Open();
        _home.Store.Files.FailWhen(operation => operation.Path.Contains(LossNote.FileName, StringComparison.Ordinal), FileFault.AccessDenied);

        Should.Throw<KvStoreUnavailableException>(store.RecoveryReport.Acknowledge).Message.ShouldContain(LossNote.FileName);

        store.RecoveryReport.IsAcknowledged.ShouldBeFalse();
    }

    [Fact]
    public void Acknowledge_WithoutALoss_DoesNothing()
    {
        using var store = _home.Open();

        store.RecoveryReport.IsAcknowledged.ShouldBeTrue();
        store.RecoveryReport.Acknowledge();
        KvRecoveryReport.Nothing.IsAcknowledged.ShouldBeTrue();
    }

    [Fact]
    public void Open_SecondLossBeforeTheFirstIsAcknowledged_BothAreTold()
    {
        Damage();
        _home.Open().Dispose();
        var snapshots = _home.Store.Snapshots();
        _home.Flip("snapshots/" + snapshots[^1], _home.Store.ReadFile("snapshots/" + snapshots[^1]).Length - 1);
        _home.Open().Dispose();

        using var store = _home.Open();

        var told = store.RecoveryReport.EarlierLoss.ShouldNotBeNull();
        told.ShouldContain("000000000001.journal");
        told.ShouldContain(snapshots[^1]);
        Encoding.UTF8.GetString(_home.Store.ReadFile(LossNote.FileName)).Trim().ShouldBe(told);
    }

    [Fact]
    public void Open_BlobOfACommitThatIsMissing_IsNotSwept()
    {
        const string Id = "01a201c8-d370-7e19-a3a5-91680bc0ff98";
        var segment = new SegmentBuilder(1, 0, 100).Set(101, "a", 1).Set(102, 101, SegmentBuilder.NewRecord("b", 2, blob: Id)).Set(103, "c", 3, durable: 102);
        _home.Add(segment);
        _home.Flip("journal/" + segment.FileName, segment.Offsets[1] + 40);
        _home.Store.WriteFile($"blobs/{Id[^3..]}/{Id}.bin", [1, 2, 3]);

        using var store = _home.Open();

        store.RecoveryReport.HasLostCommits.ShouldBeTrue();
        _home.Store.BlobFiles().ShouldHaveSingleItem();
    }

    [Fact]
    public void Open_BlobOfATornCommit_IsSwept()
    {
        const string Id = "01a201c8-d370-7e19-a3a5-91680bc0ff98";
        var segment = new SegmentBuilder(1, 0, 100).Set(101, "a", 1).Set(102, 0, SegmentBuilder.NewRecord("b", 2, blob: Id));
        _home.Add(segment);
        _home.Flip("journal/" + segment.FileName, segment.Offsets[1] + 40);
        _home.Store.WriteFile($"blobs/{Id[^3..]}/{Id}.bin", [1, 2, 3]);

        using var store = _home.Open();

        store.RecoveryReport.TornTail.ShouldNotBeNull();
        _home.Store.BlobFiles().ShouldBeEmpty();
    }

    [Fact]
    public void Open_BlobThatTheJournalBrought_IsReadable()
    {
        const string Id = "01a201c8-d370-7e19-a3a5-91680bc0ff98";
        _home.Add(new SegmentBuilder(1, 0, 100).Set(101, 0, SegmentBuilder.NewRecord("b", 2, blob: Id)));
        _home.Store.WriteFile($"blobs/{Id[^3..]}/{Id}.bin", [1, 2, 3]);

        using var store = _home.Open();

        store.GetBlob("b").ShouldBe([1, 2, 3]);
    }

    /// <summary>A snapshot, and a journal whose second commit is damaged although it had been flushed.</summary>
    private void Damage() => Damage(_home);

    private static void Damage(JournalHome home)
    {
        var segment = new SegmentBuilder(1, 50, 100).Set(101, "a", 1).Set(102, "b", 2, durable: 101).Set(103, "c", 3, durable: 102);
        home.AddSnapshot(50, SegmentBuilder.NewRecord("old", 9));
        home.Add(segment);
        home.Flip("journal/" + segment.FileName, segment.Offsets[1] + 40);
    }

    private static KvStore GosOwn()
    {
        var home = new JournalHome();
        home.AddGoSnapshot();
        return home.Open();
    }
}
