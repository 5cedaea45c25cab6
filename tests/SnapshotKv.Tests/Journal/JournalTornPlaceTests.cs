using SnapshotKv.Testing;
using SnapshotKv.Tests.Store;

namespace SnapshotKv.Tests.Journal;

/// <summary>Places that a power cut has torn, which only look like damage; and that damage is not taken for them. Each was once got wrong at some point of the crash matrix.</summary>
public sealed class JournalTornPlaceTests
{
    private const string First = "journal/000000000001.journal";

    private readonly JournalHome _home = new();

    [Fact]
    public void Open_FirstFrameOfAnOpeningIsTorn_NumbersThatItSkippedAreNoLostCommits()
    {
        // What an opening finds counts as flushed for it, by the number from which on it numbers: 100 here, though there is no commit up to it.
        var segment = new SegmentBuilder(1, 0, 100) { DurableThrough = 100 }.Set(101, "a", 1, durable: 100).Set(102, "b", 2, durable: 100);
        _home.Add(segment).Flip(First, segment.Offsets[0] + 40);

        using var store = _home.Open(KvRecoveryMode.Strict);

        JournalHome.Contents(store).ShouldBe("");
        store.RecoveryReport.TornTail.ShouldNotBeNull().Offset.ShouldBe(segment.Offsets[0]);
        store.RecoveryReport.HasLostCommits.ShouldBeFalse();
    }

    [Fact]
    public void Open_ClaimIsTorn_WhatReliesOnItGoesWithIt()
    {
        var segment = new SegmentBuilder(1, 0, 100).Set(101, "a", 1, durable: 100).Claim(101, "typed:", "first").Set(102, "typed:x", 2, durable: 101);
        _home.Add(segment).Flip(First, segment.Offsets[1] + 40);

        using var store = _home.Open(KvRecoveryMode.Strict);

        JournalHome.Contents(store).ShouldBe("a=1");
        store.RecoveryReport.TornTail.ShouldNotBeNull().Offset.ShouldBe(segment.Offsets[1]);
    }

    [Fact]
    public void Open_ClaimThatHadBeenFlushedIsDamaged_IsDamage()
    {
        var segment = new SegmentBuilder(1, 0, 100).Set(101, "a", 1, durable: 100).Claim(101, "typed:", "first").Set(102, "typed:x", 2, durable: 101).Set(103, "b", 3, durable: 102);
        _home.Add(segment).Flip(First, segment.Offsets[1] + 40);

        Should.Throw<KvStoreCorruptedException>(() => _home.Open(KvRecoveryMode.Strict)).Offset.ShouldBe(segment.Offsets[1]);
        using var store = _home.Open();

        // No commit is missing, so none is given up, and the damaged file is set aside.
        JournalHome.Contents(store).ShouldBe("a=1 b=3 typed:x=2");
        _home.Store.Names("quarantine").ShouldContain("000000000001.journal");
    }

    [Fact]
    public void Open_FrameThatTheSnapshotHoldsIsTorn_IsNoDamage()
    {
        // Commit 102 counts as flushed because the snapshot holds it; nothing need have been flushed here.
        _home.AddSnapshot(102, SegmentBuilder.NewRecord("a", 1), SegmentBuilder.NewRecord("b", 2));
        var segment = new SegmentBuilder(1, 0, 100).Set(101, "a", 1, durable: 100).Set(102, "b", 2, durable: 100).Set(103, "c", 3, durable: 102);
        _home.Add(segment).Flip(First, segment.Offsets[0] + 40);

        using var store = _home.Open(KvRecoveryMode.Strict);

        JournalHome.Contents(store).ShouldBe("a=1 b=2 c=3");
        store.RecoveryReport.Problems.ShouldBeEmpty();
        store.RecoveryReport.TornTail.ShouldBeNull();
    }

    [Fact]
    public void Open_SnapshotWhoseNameWasNotFlushed_IsFlushedBeforeAnythingRestsOnIt()
    {
        var home = new StoreHome { Durability = KvDurability.Process };
        InMemoryFileSystem? killed = null;
        home.Files.Before(
            operation => operation.Kind == FileOperationKind.FlushDirectory && operation.Path == $"{StoreHome.Path}/snapshots",
            _ => killed = home.Disk.CrashImage(CrashKind.ProcessKilled));
        using (var store = home.Open())
        {
            store.Set("a", 1);
            store.Save();
        }

        var reopened = new StoreHome(killed.ShouldNotBeNull()) { Durability = KvDurability.Process };
        InMemoryFileSystem cut;
        using (var store = reopened.Open())
        {
            store.RecoveryReport.LoadedSnapshot.ShouldNotBeNull("the name was there when the process ended");
            store.Set("b", 2, new KvEntryOptions { Durability = KvDurability.Disk });
            cut = reopened.Disk.CrashImage(CrashKind.PowerCutLosingAll);
        }

        using var after = new StoreHome(cut) { Durability = KvDurability.Process }.Open(options => options.Recovery = KvRecoveryMode.Strict);
        JournalHome.Contents(after).ShouldBe("a=1 b=2");
    }

    [Fact]
    public void Set_OnAMappedSegment_PublishesTheFrameOnceAllOfItIsStored()
    {
        var home = new StoreHome { Durability = KvDurability.Process };
        using var store = home.Open();
        store.Set("first", 1);
        var before = home.Files.OperationCount;

        store.Set("a", 2);

        var kinds = home.Files.Trace.Skip(before).Select(operation => operation.Kind).ToList();
        kinds.Count(kind => kind == FileOperationKind.Publish).ShouldBe(1);
        kinds.ShouldAllBe(kind => kind == FileOperationKind.Store || kind == FileOperationKind.Publish);
        kinds[^1].ShouldBe(FileOperationKind.Publish);
    }
}
