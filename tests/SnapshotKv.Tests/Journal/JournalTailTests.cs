using SnapshotKv.Format;
using SnapshotKv.Journal;
using SnapshotKv.Tests.Store;

namespace SnapshotKv.Tests.Journal;

/// <summary>What a tail takes of a journal. What a follower makes of it is tested where followers are.</summary>
public sealed class JournalTailTests
{
    private readonly JournalHome _home = new();
    private readonly RecordingSink _sink = new();

    [Fact]
    public void Read_FromTheEndOfAWalk_TakesWhatIsAppended()
    {
        var segment = Segment();
        var outcome = new JournalReader(_home.Store.Disk, new JournalDirectory(_home.Store.Disk, StoreHome.Path)).Replay(10, 0, _sink, TestContext.Current.CancellationToken);
        using var tail = NewTail();
        tail.Begin(outcome);
        tail.Read(_sink).ShouldBe(TailReading.CaughtUp);
        _sink.Taken.ShouldBe(["enter 10", "Changes 11", "Slides 11", "Claims 11", "Changes 12"]);
        tail.StandsAtEndOf(outcome).ShouldBeTrue();

        _home.Add(segment.Slide(12, of: 12, "b", 7).Set(13, "c", 1));
        using var anew = NewTail();
        anew.Begin(outcome);
        anew.Read(_sink).ShouldBe(TailReading.CaughtUp);
        _sink.Taken.Skip(5).ShouldBe(["Slides 12", "Changes 13"]);
        (anew.Last, anew.Position, anew.Commits).ShouldBe((13UL, 13UL, 1L));
    }

    [Fact]
    public void Read_WhereNoSegmentWasKnown_PassesOverWhatTheStateHas_NotesToo()
    {
        Segment();
        using var tail = NewTail();
        tail.Begin(JournalOutcome.Nothing(12));
        tail.Read(_sink).ShouldBe(TailReading.CaughtUp);
        _sink.Taken.ShouldBe(["enter 10"], "a note from before the last commit is of entries as they were then");
    }

    [Fact]
    public void Read_CommitIsMissing_IsLostOnce()
    {
        _home.Add(new SegmentBuilder(1, 10, 10).Set(11, "a", 1).Set(13, "c", 1));
        using var tail = NewTail();
        tail.Begin(JournalOutcome.Nothing(10));
        tail.Read(_sink).ShouldBe(TailReading.Lost);
        tail.Reason!.ShouldContain("commit 13");
        tail.Last.ShouldBe(11UL);
        tail.Read(_sink).ShouldBe(TailReading.CaughtUp, "whoever was told once reads everything anew");
        tail.Problem!.ShouldContain("commit 13");
        _sink.Taken.ShouldBe(["enter 10", "Changes 11"]);
    }

    [Fact]
    public void Read_OpeningWroteNotesAlone_TheNextOneMayContinueItsBeginning()
    {
        Segment();
        _home.Add(new SegmentBuilder(2, 12, 1000).Claim(1000, "q:", "two"), new SegmentBuilder(3, 1000, 2000).Set(2001, "c", 1));
        using var tail = NewTail();
        tail.Begin(JournalOutcome.Nothing(12));
        tail.Read(_sink).ShouldBe(TailReading.CaughtUp);
        _sink.Taken.ShouldBe(["enter 10", "enter 12", "Claims 1000", "enter 1000", "Changes 2001"], "it has saved, and its snapshot bears the number at which it began");
        (tail.Last, tail.Position).ShouldBe((2001UL, 2001UL));
    }

    [Fact]
    public void Read_FromTheSnapshotThatAnOpeningSavedBeforeItsFirstCommit_TakesItsCommits()
    {
        _home.Add(new SegmentBuilder(2, 12, 1000).Set(1001, "c", 1));
        using var tail = NewTail();
        tail.Begin(JournalOutcome.Nothing(1000));
        tail.Read(_sink).ShouldBe(TailReading.CaughtUp);
        _sink.Taken.ShouldBe(["enter 12", "Changes 1001"]);
    }

    [Fact]
    public void Read_OpeningHasCommitted_WhatContinuesItsBeginningDoesNotGoOn()
    {
        Segment();
        _home.Add(new SegmentBuilder(2, 12, 1000).Set(1001, "c", 1), new SegmentBuilder(3, 1000, 2000).Set(2001, "d", 1));
        using var tail = NewTail();
        tail.Begin(JournalOutcome.Nothing(12));
        tail.Read(_sink).ShouldBe(TailReading.Lost);
        tail.Reason!.ShouldContain("continues commit 1000, but what was read ends with 1001");
        tail.Last.ShouldBe(1001UL);
    }

    private SegmentBuilder Segment()
    {
        var segment = new SegmentBuilder(1, 10, 10) { Size = 16384 }.Set(11, "a", 1).Slide(11, of: 11, "a", 7).Claim(11, "p:", "one").Set(12, "b", 1);
        _home.Add(segment);
        return segment;
    }

    private JournalTail NewTail() => new(_home.Store.Disk, StoreHome.Path);

    private sealed class RecordingSink : IJournalSink
    {
        public List<string> Taken { get; } = [];

        public void Enter(ulong continues) => Taken.Add($"enter {continues}");

        public void Apply(in JournalFrame frame, ReadOnlySpan<byte> body) => Taken.Add($"{frame.Kind} {frame.Sequence}");
    }
}
