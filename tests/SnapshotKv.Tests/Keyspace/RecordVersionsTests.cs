using SnapshotKv.Keyspace;
using Record = SnapshotKv.Format.Record;
using RecordParts = SnapshotKv.Format.RecordParts;

namespace SnapshotKv.Tests.Keyspace;

public sealed class RecordVersionsTests
{
    private readonly RecordVersions _versions = new(7);

    [Fact]
    public void Of_NumberMarkOrNothing_NeverChanges()
    {
        var own = NewRecord(42);
        var opened = NewRecord(0);
        var first = NewRecord(_versions.NextMark);
        _versions.Settle(50);
        var second = NewRecord(_versions.NextMark);
        _versions.Settle(60);

        new[] { own, opened, first, second }.Select(_versions.Of).ShouldBe([42, 7, 50, 60]);
        new[] { own, opened, first, second }.Select(record => record.OwnSequence).ShouldBe([42, 0, 0, 0]);
    }

    [Fact]
    public void NextMark_OfARestoreThatWasNotCommitted_IsTheNextOnes()
    {
        var given = _versions.NextMark;

        _versions.NextMark.ShouldBe(given);
        _versions.Settle(50);
        _versions.NextMark.ShouldNotBe(given);
    }

    [Fact]
    public void Mark_OfAWholeState_IsForWhatHasNoNumber()
    {
        var table = new RecordTable();
        table.Put(NewRecord(0, "a"));
        table.Put(NewRecord(42, "b"));

        _versions.Mark(table);
        _versions.Settle(50);

        _versions.Of(table.Find("a"u8)).ShouldBe(50);
        _versions.Of(table.Find("b"u8)).ShouldBe(42);
    }

    private static Record NewRecord(ulong sequence, string key = "k") => Record.Create(new RecordParts { Key = System.Text.Encoding.ASCII.GetBytes(key), Sequence = sequence });
}
