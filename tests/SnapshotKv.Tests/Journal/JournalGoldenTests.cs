using SnapshotKv.Format;
using SnapshotKv.Testing;

namespace SnapshotKv.Tests.Journal;

/// <summary>The committed journal of version 1: what is written today has the same bytes, and what it says stays what it is.</summary>
public sealed class JournalGoldenTests
{
    [Fact]
    public void Write_Today_GivesTheCommittedBytes()
    {
        foreach (var segment in GoldenJournal.Segments())
        {
            segment.ToBytes().ShouldBe(File.ReadAllBytes(PathOf(segment)), segment.FileName);
        }
    }

    [Fact]
    public void Read_CommittedJournal_GivesWhatWasWritten()
    {
        var replayed = Read(segments: 3);

        replayed.Entries.ShouldBe("g=07@201 h=08@202");
        replayed.Serializers.ShouldHaveSingleItem().ShouldBe(new("p:", "mine"));
        replayed.Outcome.Commits.ShouldBe(10);
        replayed.Outcome.LastCommit.ShouldBe(202UL);
        replayed.Outcome.Break.ShouldBeNull();
        replayed.Outcome.TornTail.ShouldBeNull();
        replayed.Ledger.ToSnapshot(202).ShouldHaveSingleItem().ShouldBe(new(new("01a201c8-d370-7e19-a3a5-91680bc0ff98"), 102, 108));
    }

    [Fact]
    public void Read_CommittedJournalsFirstSegment_GivesWhatWasWritten() =>
        Read(segments: 1).Entries.ShouldBe("d=04@102 e=05@105 p:b=02@102");

    [Fact]
    public void Read_HeaderOfALaterVersion_IsRefusedInBothModesAndLeftWhereItIs()
    {
        var home = new JournalHome();
        var bytes = GoldenJournal.Segments()[0].ToBytes();
        bytes[8] = 2;
        bytes[13] ^= 1;
        home.Store.WriteFile("journal/000000000001.journal", bytes);
        var before = home.Files();

        foreach (var recovery in Enum.GetValues<KvRecoveryMode>())
        {
            Should.Throw<KvStoreCorruptedException>(() => home.Open(recovery)).Message.ShouldContain("version 2");
        }

        home.Files().ShouldBe(before);
    }

    [Fact]
    public void Header_WrittenAndRead_IsTheSame()
    {
        var header = new JournalSegmentHeader(1, ulong.MaxValue, 3, 4, 5, 6, -7);
        var page = new byte[JournalSegmentHeader.PageSize];
        header.Write(page);

        JournalSegmentHeader.TryRead(page, out var read, out _).ShouldBeTrue();
        read.ShouldBe(header);
        page.AsSpan(72).ContainsAnyExcept((byte)0).ShouldBeFalse();
    }

    private static string PathOf(SegmentBuilder segment) => Repository.PathOf($"{GoldenJournal.Directory}/{segment.FileName}");

    private static ReplayedState Read(int segments)
    {
        var disk = new InMemoryFileSystem();
        disk.CreateDirectory("/data/journal");
        foreach (var segment in GoldenJournal.Segments()[..segments])
        {
            disk.Put("/data/journal/" + segment.FileName, File.ReadAllBytes(PathOf(segment)));
        }

        return ReplayedState.Of(disk);
    }
}
