using SnapshotKv.Engine;
using SnapshotKv.Tests.Keyspace;

namespace SnapshotKv.Tests.Engine;

public sealed class TransactionLogTests
{
    [Fact]
    public void Note_OfMoreThanTheBound_CountsEverythingAsChangedForWhoIsOpen_AndHoldsNothingBack()
    {
        var log = new TransactionLog(mostKeys: 10);
        var start = log.Open(100, now: 5);
        log.OldestInstant.ShouldBe(5);
        for (ulong i = 1; log.IsKept; i++)
        {
            i.ShouldBeLessThan(20ul);
            log.Note(Records.Utf8($"k{i}"), default, default, 100 + i);
            log.IsChanged(Records.Utf8($"k{i}"), start, out _).ShouldBeTrue();
        }

        log.OldestInstant.ShouldBe(long.MaxValue);
        log.IsChanged(Records.Utf8("never"), start, out var isKnown).ShouldBeTrue();
        isKnown.ShouldBeFalse();
        log.IsAnyChanged([], start, out var key).ShouldBeTrue();
        key.ShouldBeNull();
        log.IsAnyTaggedChanged([], start, out key).ShouldBeTrue();
        key.ShouldBeNull();

        // Who begins now knows again.
        var next = log.Open(200, now: 9);
        log.IsChanged(Records.Utf8("k1"), next, out _).ShouldBeFalse();
        log.Note(Records.Utf8("k1"), default, default, 201);
        log.IsChanged(Records.Utf8("k1"), next, out isKnown).ShouldBeTrue();
        isKnown.ShouldBeTrue();
        log.IsChanged(Records.Utf8("k2"), next, out _).ShouldBeFalse();
        log.Close(start);
        log.IsKept.ShouldBeTrue();
        log.Close(next);
        log.IsKept.ShouldBeFalse();
    }

    [Fact]
    public void NoteAll_CountsForEveryKeyWithoutNamingOne()
    {
        var log = new TransactionLog();
        var before = log.Open(1, now: 1);
        log.NoteAll();
        var after = log.Open(2, now: 1);

        log.IsChanged(Records.Utf8("never seen"), before, out var isKnown).ShouldBeTrue();
        isKnown.ShouldBeFalse();
        log.IsChanged(Records.Utf8("never seen"), after, out _).ShouldBeFalse();
        log.IsAnyChanged(Records.Utf8("x"), before, out var key).ShouldBeTrue();
        key.ShouldBeNull();
        log.IsAnyChanged(Records.Utf8("x"), after, out _).ShouldBeFalse();
    }
}
