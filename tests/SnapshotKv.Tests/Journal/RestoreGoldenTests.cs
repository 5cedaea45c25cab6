using System.Text;
using SnapshotKv.Format;
using SnapshotKv.Tests.Restores;

namespace SnapshotKv.Tests.Journal;

/// <summary>The committed directory with a restore in its journal: a snapshot, and a segment that names it. Its bytes never change.</summary>
public sealed class RestoreGoldenTests
{
    public const string Directory = "tests/golden/journal-v1-restore";
    public const string Snapshot = "data-20260301-143022-0001.msgpack";

    [Fact]
    public void Write_Today_GivesTheCommittedBytes()
    {
        var segment = Segment(Committed(Snapshot));

        segment.ToBytes().ShouldBe(Committed(segment.FileName));
    }

    [Fact]
    public void Open_CommittedDirectory_GivesWhatWasRestored()
    {
        var home = RestoreHome.At(KvDurability.Process);
        var segment = Segment(Committed(Snapshot)).FileName;
        home.WriteFile("snapshots/" + Snapshot, Committed(Snapshot));
        home.WriteFile("journal/" + segment, Committed(segment));

        using var store = home.Open(options => options.Recovery = KvRecoveryMode.Strict);

        store.Contents().ShouldBe("p:a=1 p:kept=6 q=5");
        store.RecoveryReport.ReplayedCommits.ShouldBe(4);
    }

    /// <summary>What followed the snapshot, which has <c>p:a</c>, <c>p:b</c> (dead since), <c>p:kept</c> and <c>q</c>, all 1.</summary>
    internal static SegmentBuilder Segment(byte[] snapshot)
    {
        var restore = new JournalRestore(Snapshot, snapshot.Length, Crc32C.Of(snapshot), 1_900_000_000_000_000_001, "p:"u8.ToArray(), [Encoding.UTF8.GetBytes("p:kept")]);
        return new SegmentBuilder(1, 17, 100)
            .Set(101, 100, SegmentBuilder.NewRecord("p:a", 2), SegmentBuilder.NewRecord("p:c", 2))
            .Set(102, "q", 5, durable: 101)
            .Set(103, "p:kept", 6, durable: 102)
            .Raw(JournalFrameKind.Restore, 104, 103, restore.ToBody());
    }

    private static byte[] Committed(string name) => File.ReadAllBytes(Repository.PathOf($"{Directory}/{name}"));
}
