using SnapshotKv.Testing;
using SnapshotKv.Tests.Blobs;
using SnapshotKv.Tests.Store;

namespace SnapshotKv.Tests.GoFaults;

/// <summary>Faults of the original around blobs; the table is <c>docs/faults-of-the-original.md</c>.</summary>
public sealed class BlobFaultTests
{
    private readonly StoreHome _home = new();

    [Fact]
    public void Fault04_Rollback_KeepsEveryBlobOfBefore_AndNoneOfItsOwn()
    {
        using (var store = _home.Open())
        {
            store.SetBlob("k", 1, [1]);
            store.SetBlob("del", 1, [2]);
            store.Save();
            var before = _home.BlobFiles();
            using (var transaction = store.BeginTransaction())
            {
                transaction.UpdateBlob("k", [3]);
                transaction.Remove("del");
                transaction.SetBlob("n", 1, [4]);
            }

            store.GetBlob("k").ShouldBe([1]);
            store.GetBlob("del").ShouldBe([2]);
            store.Exists("n").ShouldBeFalse();
            _home.BlobFiles().ShouldBe(before);
        }

        using var reopened = _home.Open();
        reopened.GetBlob("k").ShouldBe([1]);
        reopened.GetBlob("del").ShouldBe([2]);
    }

    [Fact]
    public void Fault07_UpdateThatFindsTheDiskFull_KeepsTheOldBlob()
    {
        using (var store = _home.Open())
        {
            store.SetBlob("k", 1, "precious"u8);
            store.Save();
            _home.Disk.CapacityBytes = 128 << 10;

            Should.Throw<KvStoreUnavailableException>(() => store.UpdateBlob("k", BlobHome.Content(200_000)));
            Should.Throw<KvStoreUnavailableException>(() => store.UpdateBlob("k", new MemoryStream(BlobHome.Content(200_000))));

            store.GetBlob("k").ShouldBe("precious"u8.ToArray());
        }

        using var reopened = _home.Open();
        reopened.GetBlob("k").ShouldBe("precious"u8.ToArray());
    }

    [Fact]
    public void Fault08_BlobsThatWereOverwritten_GoWithoutReopening()
    {
        using var store = _home.Open();
        for (var i = 0; i < 100; i++)
        {
            store.SetBlob("k", i, BlobHome.Content(10));
        }

        store.Set("k", "no blob");
        store.Save();

        store.Count().ShouldBe(1);
        _home.BlobFiles().ShouldBeEmpty();
    }

    [Fact]
    public void Fault09_CrashAfterRemoveAndUpdate_TheSnapshotStillHasItsBlobs()
    {
        using var store = _home.Open();
        store.SetBlob("removed", 1, [1]);
        store.SetBlob("updated", 1, [2]);
        store.Save();
        store.Remove("removed");
        store.UpdateBlob("updated", [3]);

        using var reopened = new StoreHome(_home.Disk.CrashImage(CrashKind.ProcessKilled), _home.Clock).Open();
        reopened.GetBlob("removed").ShouldBe([1]);
        reopened.GetBlob("updated").ShouldBe([2]);
    }

    [Fact]
    public void Fault18_SecondStoreOnTheDirectory_IsRefusedAndSweepsNothing()
    {
        using var store = _home.Open();
        store.SetBlob("unsaved", 1, [1]);
        Should.Throw<KvStoreLockedException>(() => _home.Open());

        store.GetBlob("unsaved").ShouldBe([1]);
    }

    [Fact]
    public void Fault27_UpdateBlobOnAnExpiredKey_IsRefusedAndWritesNothing()
    {
        using var store = _home.Open();
        store.Set("k", 1, TimeSpan.FromSeconds(1));
        _home.Clock.Advance(TimeSpan.FromSeconds(1));

        Should.Throw<KvBlobException>(() => store.UpdateBlob("k", [1])).Reason.ShouldBe(KvBlobProblem.NoSuchKey);
        _home.BlobFiles().ShouldBeEmpty();
    }

    [Fact]
    public void Fault40_BlobThatCannotBeWritten_GivesItsSpaceBack()
    {
        using var store = _home.Open();
        _home.Disk.CapacityBytes = 64 << 10;
        var free = _home.Disk.GetAvailableBytes(StoreHome.Path);

        Should.Throw<KvStoreUnavailableException>(() => store.SetBlob("k", 1, BlobHome.Content(100_000)));
        Should.Throw<KvStoreUnavailableException>(() => store.SetBlob("k", 1, new MemoryStream(BlobHome.Content(200_000))));

        _home.BlobFiles().ShouldBeEmpty();
        _home.Disk.GetAvailableBytes(StoreHome.Path).ShouldBe(free);
    }
}
