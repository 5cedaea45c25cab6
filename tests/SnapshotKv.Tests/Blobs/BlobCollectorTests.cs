using SnapshotKv.Blobs;
using SnapshotKv.Diagnostics;
using SnapshotKv.Testing;

namespace SnapshotKv.Tests.Blobs;

public sealed class BlobCollectorTests
{
    private readonly BlobHome _home = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public void Collect_RetiredAndNeededByNoSnapshot_IsDeletedOnce()
    {
        var (first, created) = _home.Commit();
        var (second, _) = _home.Commit();
        var (third, _) = _home.Commit();
        var firstRetired = _home.Retire(first);
        var secondRetired = _home.Retire(second);

        _home.NewCollector(new FakeSnapshots((created, []), (firstRetired, []))).Collect().ShouldBe(0);
        _home.FileNames().Count.ShouldBe(3);
        _home.NewCollector(new FakeSnapshots((firstRetired, []))).Collect().ShouldBe(1);
        _home.FileNames().ShouldBe(new[] { second, third }.Select(BlobHome.NameOf), ignoreOrder: true);
        _home.NewCollector(new FakeSnapshots((secondRetired, []))).Collect().ShouldBe(1);
        _home.NewCollector(new FakeSnapshots((secondRetired, []))).Collect().ShouldBe(0);
        _home.FileNames().ShouldBe([BlobHome.NameOf(third)]);
        _home.Log.Ids.ShouldBe([KvEventIds.BlobsCollected, KvEventIds.BlobsCollected]);
    }

    [Fact]
    public void Collect_NothingRetired_LooksAtNothing()
    {
        _home.Commit();
        var snapshots = new FakeSnapshots();
        var before = _home.Files.OperationCount;

        _home.NewCollector(snapshots).Collect().ShouldBe(0);

        snapshots.SequenceReads.ShouldBe(0);
        _home.Files.OperationCount.ShouldBe(before);
    }

    [Fact]
    public void Collect_DiskRefuses_IsLoggedOnceAndTriedAgain()
    {
        _home.Retire(_home.Commit().Id);
        _home.Retire(_home.Commit().Id);
        _home.Files.FailWhen(FileOperationKind.Delete, FileFault.AccessDenied, times: 2);
        var collector = _home.NewCollector(new FakeSnapshots());

        collector.Collect().ShouldBe(0);
        _home.Log.Entries.ShouldHaveSingleItem().Message.ShouldContain("2 blob files");
        collector.Collect().ShouldBe(2);
        _home.FileNames().ShouldBeEmpty();
    }

    [Fact]
    public void Collect_SnapshotThatCannotBeRead_DeletesNothingAndSaysSo()
    {
        _home.Retire(_home.Commit().Id);
        foreach (var failure in new Exception[] { new KvStoreCorruptedException("f", 0, "r"), new IOException("io") })
        {
            _home.NewCollector(new FakeSnapshots { Failure = failure }).Collect().ShouldBe(0);
        }

        _home.FileNames().Count.ShouldBe(1);
        _home.Log.Ids.ShouldBe([KvEventIds.BlobsNotCollected, KvEventIds.BlobsNotCollected]);
    }

    [Fact]
    public void Sweep_OrphansAndBegunFiles_GoAndAllElseStays()
    {
        var (live, _) = _home.Commit();
        var (retired, _) = _home.Commit();
        _home.Retire(retired);
        using var inFlight = _home.Store.Write([1]);
        var older = _home.Ids.Next();
        var orphan = _home.Ids.Next();
        var begun = _home.Ids.Next();
        foreach (var name in new[] { older, orphan }.Select(BlobHome.NameOf))
        {
            _home.Leave(name);
        }

        _home.Leave(BlobHome.NameOf(begun) + ".tmp");
        string[] foreign = ["readme.txt", $"{live.ShardName}/notes.bin", $"{live.ShardName}/x.tmp", $"zzz/{orphan.FileName}"];
        foreach (var name in foreign)
        {
            _home.Leave(name);
        }

        var snapshots = new FakeSnapshots((1, [live]), (7, [older]));
        _home.NewCollector(snapshots).Sweep(9, BlobHold.None, Token).ShouldBe(2);

        _home.FileNames().ShouldBe([.. foreign, .. new[] { live, retired, inFlight.Id, older }.Select(BlobHome.NameOf)], ignoreOrder: true);
        snapshots.Reads.ShouldBe(1);
        _home.Log.Entries.ShouldHaveSingleItem().Id.ShouldBe(KvEventIds.BlobsSwept);

        // What an older snapshot needs is known from now on, and goes with it.
        _home.Ledger.FindDeletable([7]).ShouldNotContain(older);
        _home.Ledger.FindDeletable([10]).ShouldContain(older);
    }

    [Fact]
    public void Sweep_NothingToDecide_ReadsNoSnapshot()
    {
        _home.Commit();
        _home.Leave(BlobHome.NameOf(_home.Ids.Next()) + ".tmp");
        var snapshots = new FakeSnapshots();

        _home.NewCollector(snapshots).Sweep(9, BlobHold.None, Token).ShouldBe(1);

        snapshots.Reads.ShouldBe(0);
    }

    [Theory]
    [InlineData((int)BlobHold.FellBack)]
    [InlineData((int)BlobHold.Quarantine)]
    [InlineData((int)BlobHold.NothingLoaded)]
    public void Sweep_SomethingElseMayWantThem_LeavesOrphansAndSaysWhy(int hold)
    {
        var orphan = _home.Ids.Next();
        _home.Leave(BlobHome.NameOf(orphan));

        _home.NewCollector(new FakeSnapshots()).Sweep(9, (BlobHold)hold, Token).ShouldBe(0);

        _home.FileNames().ShouldBe([BlobHome.NameOf(orphan)]);
        _home.Log.Entries.ShouldHaveSingleItem().Id.ShouldBe(KvEventIds.BlobsHeld);
    }

    [Fact]
    public void Sweep_NewStoreWithoutBlobs_SaysNothing()
    {
        _home.NewCollector(new FakeSnapshots()).Sweep(0, BlobHold.NothingLoaded, Token).ShouldBe(0);

        _home.Log.Entries.ShouldBeEmpty();
    }

    [Fact]
    public void Sweep_SnapshotThatCannotBeRead_LeavesOrphans()
    {
        _home.Leave(BlobHome.NameOf(_home.Ids.Next()));

        _home.NewCollector(new FakeSnapshots { Failure = new KvStoreCorruptedException("f", 0, "r") }).Sweep(9, BlobHold.None, Token).ShouldBe(0);

        _home.FileNames().Count.ShouldBe(1);
        _home.Log.Ids.ShouldBe([KvEventIds.BlobSweepFailed]);
    }

    [Fact]
    public void Sweep_DiskRefusesAtEveryOperation_NeverThrowsAndDeletesNothingWanted()
    {
        for (var number = 1; number < 12; number++)
        {
            var home = new BlobHome();
            var (live, _) = home.Commit();
            var orphan = home.Ids.Next();
            home.Leave(BlobHome.NameOf(orphan));
            home.Leave(BlobHome.NameOf(home.Ids.Next()) + ".tmp");
            home.Files.FailAt(home.Files.OperationCount + number, FileFault.InputOutput);
            var collector = home.NewCollector(new FakeSnapshots((1, [live])));

            collector.Sweep(9, BlobHold.None, Token);
            home.FileNames().ShouldContain(BlobHome.NameOf(live));
            home.Files.Heal();
            collector.Collect();
            collector.Sweep(9, BlobHold.None, Token);
            home.FileNames().ShouldBe([BlobHome.NameOf(live)]);
        }
    }

    [Fact]
    public void Sweep_Canceled_Ends()
    {
        _home.Leave(BlobHome.NameOf(_home.Ids.Next()));

        Should.Throw<OperationCanceledException>(() => _home.NewCollector(new FakeSnapshots()).Sweep(9, BlobHold.None, new CancellationToken(canceled: true)));

        _home.FileNames().Count.ShouldBe(1);
    }

    /// <summary>At every operation of a sweep somebody writes and commits a blob, or updates one: nothing of theirs is taken for an orphan.</summary>
    [Fact]
    public void Sweep_WritersAtEveryOperation_LoseNothing()
    {
        var operations = Race(cut: 0);
        operations.ShouldBeGreaterThan(5);
        for (var cut = 1; cut <= operations; cut++)
        {
            Race(cut);
        }
    }

    /// <summary>And the other way round: at every operation of a write somebody sweeps.</summary>
    [Fact]
    public void Write_SweepAtEveryOperation_LosesNothing()
    {
        for (var cut = 1; cut <= 12; cut++)
        {
            var home = new BlobHome();
            home.Files.Before(cut, () => home.NewCollector(new FakeSnapshots()).Sweep(0, BlobHold.None, CancellationToken.None));

            var (id, _) = home.Commit();

            home.FileNames().ShouldBe([BlobHome.NameOf(id)], $"sweep before operation {cut}");
        }
    }

    private static int Race(int cut)
    {
        var home = new BlobHome();
        var (first, _) = home.Commit();
        home.Leave(BlobHome.NameOf(home.Ids.Next()));
        home.Leave(BlobHome.NameOf(home.Ids.Next()) + ".tmp");
        var start = home.Files.OperationCount;
        BlobId? second = null;
        home.Files.Before(start + cut, () =>
        {
            second = home.Commit().Id;
            home.Retire(first);
        });

        home.NewCollector(new FakeSnapshots((1, [first]))).Sweep(1, BlobHold.None, CancellationToken.None);

        var expected = second is { } id ? new[] { first, id } : [first];
        home.FileNames().ShouldBe(expected.Select(BlobHome.NameOf), ignoreOrder: true, $"a commit before operation {cut}");
        return home.Files.OperationCount - start;
    }
}
