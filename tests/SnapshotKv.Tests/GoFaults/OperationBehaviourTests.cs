using SnapshotKv.Testing;
using SnapshotKv.Tests.Store;

namespace SnapshotKv.Tests.GoFaults;

/// <summary>What the original's operations answer, and what they answer here; the table is <c>docs/behaviour-of-the-original.md</c>.</summary>
public sealed class OperationBehaviourTests
{
    private readonly StoreHome _home = new();

    [Fact]
    public void MissingKey_GetAndRemove_AreFalse()
    {
        using var store = _home.Open();

        store.TryGet<int>("k", out _).ShouldBeFalse();
        store.Remove("k").ShouldBeFalse();
    }

    [Fact]
    public void GetTimeToLive_MissingEndlessAndExpiring_AreThreeAnswers()
    {
        using var store = _home.Open();
        store.Set("endless", 1);
        store.Set("expiring", 1, TimeSpan.FromSeconds(7));

        store.GetTimeToLive("missing").ShouldBe(KvTimeToLive.Missing);
        store.GetTimeToLive("endless").ShouldBe(KvTimeToLive.Unlimited);
        store.GetTimeToLive("expiring").Remaining.ShouldBe(TimeSpan.FromSeconds(7));
    }

    [Fact]
    public void Disposed_BlobsTransactionsAndWatching_SaySo()
    {
        var store = _home.Open();
        store.SetBlob("k", 1, "x"u8);
        using var transaction = store.BeginTransaction();
        store.Dispose();
        store.Dispose();

        Should.Throw<ObjectDisposedException>(() => store.SetBlob("k", 1, "x"u8));
        Should.Throw<ObjectDisposedException>(() => store.UpdateBlob("k", "x"u8));
        Should.Throw<ObjectDisposedException>(() => store.GetBlob("k"));
        Should.Throw<ObjectDisposedException>(() => store.BeginTransaction());
        Should.Throw<ObjectDisposedException>(() => store.Watch());
        Should.Throw<ObjectDisposedException>(() => transaction.Set("k", 2));
        Should.Throw<ObjectDisposedException>(transaction.Commit);
    }

    [Fact]
    public void BeginTransaction_Twice_GivesTwoOfTheirOwn()
    {
        using var store = _home.Open();
        using var first = store.BeginTransaction();
        using var second = store.BeginTransaction();
        first.Set("a", 1);
        second.Set("b", 2);

        first.Exists("b").ShouldBeFalse();
        first.Commit();
        second.Commit();

        store.GetKeys().ShouldBe(["a", "b"]);
        Should.Throw<InvalidOperationException>(first.Commit);
    }

    /// <summary>Go saves only when something had been pending before the transaction.</summary>
    [Fact]
    public void Commit_WithNothingPendingBefore_IsOnTheDiskWhenItReturns()
    {
        using var store = _home.Open(options => options.SaveDebounce = Timeout.InfiniteTimeSpan);
        using (var transaction = store.BeginTransaction())
        {
            transaction.Set("k", 1);
            transaction.SetBlob("b", 2, "blob"u8);
            transaction.Commit();
        }

        using var survivor = new StoreHome(_home.Disk.CrashImage(CrashKind.PowerCutLosingAll), _home.Clock).Open();
        survivor.GetKeys().ShouldBe(["b", "k"]);
        survivor.GetBlob("b").ShouldBe("blob"u8.ToArray());
    }

    /// <summary>Go leaves the changes in memory, forgets what was pending before, and deletes the blobs that the changed entries still refer to.</summary>
    [Fact]
    public void Rollback_LeavesMemoryBlobsAndWhatWasPendingAsTheyWere()
    {
        using (var store = _home.Open(options => options.SaveDebounce = Timeout.InfiniteTimeSpan))
        {
            store.SetBlob("k", 1, "old"u8);
            using (var transaction = store.BeginTransaction())
            {
                transaction.SetBlob("k", 2, "new"u8);
                transaction.UpdateBlob("k", "newer"u8);
                transaction.Set("other", 1);
            }

            store.GetKeys().ShouldBe(["k"]);
            store.GetBlob("k").ShouldBe("old"u8.ToArray());
            _home.Names("blobs").Sum(shard => _home.Names($"blobs/{shard}").Count).ShouldBe(1);
        }

        using var reopened = _home.Open();
        reopened.GetKeys().ShouldBe(["k"]);
        reopened.GetBlob("k").ShouldBe("old"u8.ToArray());
    }

    /// <summary>Go schedules no save for anybody while a transaction is open, and a save that comes nevertheless has its changes.</summary>
    [Fact]
    public void Transaction_WhileItIsOpen_OthersAreSavedInTimeAndItsChangesAreNot()
    {
        using var store = _home.Open();
        using var transaction = store.BeginTransaction();
        transaction.Set("uncommitted", 1);
        store.Set("k", 1);

        _home.Clock.Advance(TimeSpan.FromSeconds(10));
        Saved().ShouldBe(["k"]);
        store.Set("l", 1);
        store.Save();
        Saved().ShouldBe(["k", "l"]);

        List<string> Saved()
        {
            using var survivor = new StoreHome(_home.Disk.CrashImage(CrashKind.PowerCutLosingAll), _home.Clock).Open();
            return [.. survivor.GetKeys()];
        }
    }
}
