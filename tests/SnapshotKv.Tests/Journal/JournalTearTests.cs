using System.Buffers.Binary;
using SnapshotKv.Format;
using SnapshotKv.Tests.Snapshots;

namespace SnapshotKv.Tests.Journal;

/// <summary>What a crash leaves of a journal's end, and what it cannot have left: the one is cut, the other is damage.</summary>
public sealed class JournalTearTests
{
    private const string First = "journal/000000000001.journal";

    private readonly JournalHome _home = new();

    private static SegmentBuilder Three(ulong durable = 0) =>
        new SegmentBuilder(1, 0, 100).Set(101, "a", 1).Set(102, "b", 2, durable).Set(103, "c", 3, durable);

    [Fact]
    public void Open_LastFrameIsTorn_IsCutCountedAndReported()
    {
        var segment = Three();
        _home.Add(segment).Flip(First, segment.Offsets[2] + 40);

        using var store = _home.Open(KvRecoveryMode.Strict);

        JournalHome.Contents(store).ShouldBe("a=1 b=2");
        var tail = store.RecoveryReport.TornTail.ShouldNotBeNull();
        tail.FileName.ShouldBe(segment.FileName);
        tail.Offset.ShouldBe(segment.Offsets[2]);
        tail.Bytes.ShouldBeInRange(33, segment.End - segment.Offsets[2]);
        tail.Frames.ShouldBe(0);
        store.RecoveryReport.HasLostCommits.ShouldBeFalse();
        store.RecoveryReport.MissingCommits.ShouldBeNull();
        _home.Store.Names("quarantine").ShouldBeEmpty();
    }

    [Fact]
    public void Open_SnapshotFromTheMiddleOfTheTornOpening_TellsOfTheTail()
    {
        var segment = Three();
        _home.AddSnapshot(102, SegmentBuilder.NewRecord("a", 1), SegmentBuilder.NewRecord("b", 2));
        _home.Add(segment).Flip(First, segment.Offsets[2] + 40);

        using var store = _home.Open();

        store.RecoveryReport.TornTail.ShouldNotBeNull().Offset.ShouldBe(segment.Offsets[2]);
    }

    [Fact]
    public void Open_SnapshotFromBehindTheTornOpening_DoesNotTellOfTheTailAgain()
    {
        // An opening found it, told of it, and saved what it had found without a commit of its own: its number lies beyond all that the journal has.
        var segment = Three();
        _home.AddSnapshot(1UL << 40, SegmentBuilder.NewRecord("a", 1), SegmentBuilder.NewRecord("b", 2));
        _home.Add(segment).Flip(First, segment.Offsets[2] + 40);

        using var store = _home.Open();

        JournalHome.Contents(store).ShouldBe("a=1 b=2");
        store.RecoveryReport.TornTail.ShouldBeNull();
        store.RecoveryReport.HasLostCommits.ShouldBeFalse();
    }

    [Fact]
    public void Open_BodyIsThereAndWasNotPublished_IsATornTail()
    {
        var segment = Three();
        _home.Add(segment);
        Change(bytes => bytes.AsSpan((int)segment.Offsets[2], 8).Clear());

        using var store = _home.Open(KvRecoveryMode.Strict);

        JournalHome.Contents(store).ShouldBe("a=1 b=2");
        store.RecoveryReport.TornTail!.Offset.ShouldBe(segment.Offsets[2]);
    }

    [Fact]
    public void Open_FrameInTheMiddleNeverReachedTheDevice_CutsAllBehindItToo()
    {
        var segment = Three();
        _home.Add(segment);
        Change(bytes => bytes.AsSpan((int)segment.Offsets[1]..(int)segment.Offsets[2]).Clear());

        using var store = _home.Open(KvRecoveryMode.Strict);

        JournalHome.Contents(store).ShouldBe("a=1");
        var tail = store.RecoveryReport.TornTail.ShouldNotBeNull();
        (tail.Offset, tail.Frames).ShouldBe((segment.Offsets[1], 1));
        tail.Bytes.ShouldBeInRange(segment.Offsets[2] - segment.Offsets[1], segment.End - segment.Offsets[1]);
    }

    [Fact]
    public void Open_NoteThatNeverReachedTheDevice_CutsAllBehindItToo()
    {
        var segment = new SegmentBuilder(1, 0, 100).Set(101, "a", 1).Claim(101, "p:", "mine").Set(102, "b", 2);
        _home.Add(segment);
        Change(bytes => bytes.AsSpan((int)segment.Offsets[1]..(int)segment.Offsets[2]).Clear());

        using var store = _home.Open(KvRecoveryMode.Strict);

        // The commit may rely on it: on who serialized its value, for instance.
        JournalHome.Contents(store).ShouldBe("a=1");
        store.RecoveryReport.TornTail!.Offset.ShouldBe(segment.Offsets[1]);
        store.RecoveryReport.JournalProblems.ShouldBeEmpty();
    }

    [Fact]
    public void Open_LaterFrameSaysThatItWasFlushed_IsDamage()
    {
        // The third frame was written when 102 was on the device.
        var segment = Three(durable: 102);
        _home.Add(segment).Flip(First, segment.Offsets[1] + 40);

        ShouldBeDamage(segment, segment.Offsets[1], "a=1", new(102, 103));
    }

    [Fact]
    public void Open_LaterSegmentsHeaderSaysThatItWasFlushed_IsDamage()
    {
        var segment = Three();
        _home.Add(segment, new SegmentBuilder(2, 0, 100) { DurableThrough = 103 }).Flip(First, segment.Offsets[2] + 40);

        ShouldBeDamage(segment, segment.Offsets[2], "a=1 b=2", new(103, 103), segments: 2);
    }

    [Fact]
    public void Open_LaterOpeningContinuesIt_IsDamage()
    {
        var segment = Three();
        _home.Add(segment, new SegmentBuilder(2, 103, 200) { DurableThrough = 200 }.Set(201, "d", 4)).Flip(First, segment.Offsets[1] + 40);

        ShouldBeDamage(segment, segment.Offsets[1], "a=1", new(102, 201), segments: 2);
    }

    [Fact]
    public void Open_DamagedSnapshotHoldsLaterCommits_IsDamage()
    {
        var segment = Three();
        _home.AddSnapshot(101, SegmentBuilder.NewRecord("a", 1));
        var newest = _home.AddSnapshot(103, SegmentBuilder.NewRecord("a", 1));
        _home.Flip("snapshots/" + newest, _home.Store.ReadFile("snapshots/" + newest).Length - 1);
        _home.Add(segment).Flip(First, segment.Offsets[1] + 40);

        using var store = _home.Open();

        JournalHome.Contents(store).ShouldBe("a=1");
        store.RecoveryReport.TornTail.ShouldBeNull();
        store.RecoveryReport.HasLostCommits.ShouldBeTrue();
        store.RecoveryReport.MissingCommits.ShouldBe(new KvMissingCommits(102, 103));
    }

    [Fact]
    public void Open_TornBeforeWhatTheNewestSnapshotHolds_IsOfNoAccount()
    {
        // A snapshot is durable before the journal is: with the power went what the snapshot has.
        var segment = Three();
        _home.AddSnapshot(103, SegmentBuilder.NewRecord("a", 1), SegmentBuilder.NewRecord("b", 2), SegmentBuilder.NewRecord("c", 3));
        _home.Add(segment);
        Change(bytes => bytes.AsSpan((int)segment.Offsets[0]).Clear());
        _home.Add(new SegmentBuilder(2, 0, 100).Set(104, "d", 4, durable: 103));

        using var store = _home.Open(KvRecoveryMode.Strict);

        JournalHome.Contents(store).ShouldBe("a=1 b=2 c=3 d=4");
        store.RecoveryReport.TornTail.ShouldBeNull();
        store.RecoveryReport.JournalProblems.ShouldBeEmpty();
    }

    [Fact]
    public void Open_FileShorterThanItWasMade_IsDamage()
    {
        var segment = Three();
        _home.Add(segment);
        _home.Store.WriteFile(First, _home.Store.ReadFile(First)[..(int)segment.Offsets[2]]);

        ShouldBeDamage(segment, segment.Offsets[2], "a=1 b=2", new(103, null));
    }

    [Fact]
    public void Open_HeaderUnreadableBehindASnapshot_IsDamage()
    {
        _home.AddSnapshot(101, SegmentBuilder.NewRecord("a", 1));
        var segment = new SegmentBuilder(2, 101, 200).Set(201, "b", 2);
        _home.Add(segment).Flip("journal/" + segment.FileName, 20);

        ShouldBeDamage(segment, 0, "a=1", new(102, null));
    }

    [Fact]
    public void Open_DamageWithinWhatTheSnapshotHolds_LosesNothingAndSetsTheSegmentAside()
    {
        // What the fourth says was flushed is no snapshot's doing, and took the place along.
        var segment = Three(durable: 102).Set(104, "d", 4, durable: 103);
        _home.AddSnapshot(102, SegmentBuilder.NewRecord("a", 1), SegmentBuilder.NewRecord("b", 2));
        _home.Add(segment).Flip(First, segment.Offsets[1] + 40);

        Should.Throw<KvStoreCorruptedException>(() => _home.Open(KvRecoveryMode.Strict)).Offset.ShouldBe(segment.Offsets[1]);
        using var store = _home.Open();

        JournalHome.Contents(store).ShouldBe("a=1 b=2 c=3 d=4");
        store.RecoveryReport.HasLostCommits.ShouldBeFalse();
        store.RecoveryReport.JournalProblems.ShouldHaveSingleItem().MovedTo.ShouldNotBeNull();
        store.RecoveryReport.IsAcknowledged.ShouldBeTrue();
        _home.Store.Snapshots().Count.ShouldBe(2, "what the segment held is in a snapshot before it is moved");
    }

    [Fact]
    public void Open_CommitWithARightChecksumThatIsNone_IsDamageWhereItIs()
    {
        var segment = Three();
        segment.Raw(JournalFrameKind.Changes, 104, 0, [1, 2, 3]);
        _home.Add(segment);

        ShouldBeDamage(segment, segment.Offsets[3], "a=1 b=2 c=3", new(104, 104));
    }

    [Fact]
    public void Open_FrameWithinAValue_IsNotTakenForOneOfTheJournal()
    {
        // Somebody keeps a copy of a segment in the store, and the frame that holds it is torn: what the copy holds has been told already, and more it cannot tell.
        var copy = new SegmentBuilder(1, 0, 100).Set(101, "a", 1).ToBytes();
        var segment = new SegmentBuilder(1, 0, 100).Set(101, "a", 1);
        segment.Set(102, 0, SnapshotFiles.NewRecord("copy", [0xc6, .. BitConverter.GetBytes(BinaryPrimitives.ReverseEndianness(copy.Length)), .. copy]));
        _home.Add(segment).Flip(First, segment.Offsets[1] + 36);

        using var store = _home.Open(KvRecoveryMode.Strict);

        JournalHome.Contents(store).ShouldBe("a=1");
        store.RecoveryReport.TornTail!.Offset.ShouldBe(segment.Offsets[1]);
    }

    private void ShouldBeDamage(SegmentBuilder segment, long offset, string left, KvMissingCommits missing, int segments = 1)
    {
        var before = _home.Files();
        var refused = Should.Throw<KvStoreCorruptedException>(() => _home.Open(KvRecoveryMode.Strict));
        refused.File.ShouldBe("/data/journal/" + segment.FileName);
        refused.Offset.ShouldBe(offset);
        _home.Files().ShouldBe(before);

        using var store = _home.Open();

        JournalHome.Contents(store).ShouldBe(left);
        var report = store.RecoveryReport;
        report.HasLostCommits.ShouldBeTrue();
        report.TornTail.ShouldBeNull();
        report.MissingCommits.ShouldBe(missing);
        report.JournalProblems.Count.ShouldBe(segments);
        report.JournalProblems[0].FileName.ShouldBe(segment.FileName);
        report.JournalProblems[0].Offset.ShouldBe(offset);
        report.JournalProblems.ShouldAllBe(problem => problem.MovedTo != null && _home.Store.Disk.FileExists(problem.MovedTo) && _home.Store.Disk.FileExists(problem.MovedTo + ".reason"));
        _home.Store.Names("journal").ShouldBeEmpty();
    }

    private void Change(Action<byte[]> change)
    {
        var bytes = _home.Store.ReadFile(First);
        change(bytes);
        _home.Store.WriteFile(First, bytes);
    }
}
