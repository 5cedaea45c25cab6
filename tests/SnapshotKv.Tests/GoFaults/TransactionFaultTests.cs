using SnapshotKv.Tests.Store;

namespace SnapshotKv.Tests.GoFaults;

/// <summary>Faults of the original around transactions; the table is <c>docs/faults-of-the-original.md</c>.</summary>
public sealed class TransactionFaultTests
{
    private readonly StoreHome _home = new();

    [Fact]
    public void Fault01_Commit_IsOnDiskWhenItReturns()
    {
        using var store = Open();
        using var transaction = store.BeginTransaction();
        transaction.Set("a", 1);
        transaction.Set("b", 2);
        transaction.Set("c", 3);
        transaction.Commit();

        using var reopened = new StoreHome(_home.Disk.CrashImage(Testing.CrashKind.PowerCutLosingAll)).Open();
        reopened.Count().ShouldBe(3);
    }

    [Fact]
    public void Fault02_Rollback_LeavesNothingInMemoryOrOnDisk()
    {
        using (var store = Open())
        {
            store.Set("a", 1);
            store.Set("c", 1);
            using (var transaction = store.BeginTransaction())
            {
                transaction.Set("a", 2);
                transaction.Set("b", 2);
                transaction.Remove("c");
            }

            Check(store);
            store.Set("later", 1);
        }

        using var reopened = Open();
        Check(reopened);

        static void Check(KvStore store)
        {
            store.TryGet<int>("a", out var value).ShouldBeTrue();
            value.ShouldBe(1);
            store.Exists("b").ShouldBeFalse();
            store.Exists("c").ShouldBeTrue();
        }
    }

    [Fact]
    public void Fault03_Rollback_WhatWasWrittenBeforeItIsStillSaved()
    {
        using (var store = _home.Open())
        {
            store.Set("x", 1);
            store.BeginTransaction().Dispose();
            _home.Clock.Advance(TimeSpan.FromSeconds(10));
            _home.Snapshots().Count.ShouldBe(1, "the timed save comes");
            store.Set("y", 1);
            store.BeginTransaction().Dispose();
        }

        using var reopened = Open();
        reopened.GetKeys().ShouldBe(["x", "y"]);
    }

    [Fact]
    public void Fault05_SavesDuringATransaction_HoldNothingOfIt()
    {
        using (var store = _home.Open())
        {
            store.Set("before", 1);
            using var transaction = store.BeginTransaction();
            transaction.Set("uncommitted", 1);
            transaction.Remove("before");
            store.Save();
            store.Set("timed", 1);
            _home.Clock.Advance(TimeSpan.FromSeconds(30));
            _home.Snapshots().Count.ShouldBe(2);
        }

        using var reopened = Open();
        reopened.GetKeys().ShouldBe(["before", "timed"]);
    }

    [Fact]
    public void Fault06_ClosedInTheMidstOfATransaction_OthersWritesAreSavedAndItsOwnAreNot()
    {
        using (var store = Open())
        {
            var transaction = store.BeginTransaction();
            transaction.Set("mine", 1);
            store.Set("others", 1);
            var rolledBack = store.BeginTransaction();
            rolledBack.Set("never", 1);
            rolledBack.Dispose();
        }

        using var reopened = Open();
        reopened.GetKeys().ShouldBe(["others"]);
    }

    [Fact]
    public async Task Fault36_CommitsAndRollbacksBesideWriters_LoseNothing()
    {
        const int Rounds = 200;
        using var store = KvStore.Open((string?)null);
        var writing = Task.Run(() => ForEachRound(i => store.Set($"plain:{i}", i)), TestContext.Current.CancellationToken);
        var committing = Task.Run(() => ForEachRound(i => Transact($"committed:{i}", commits: true)), TestContext.Current.CancellationToken);
        var rollingBack = Task.Run(() => ForEachRound(i => Transact($"rolled back:{i}", commits: false)), TestContext.Current.CancellationToken);
        await Task.WhenAll(writing, committing, rollingBack);

        store.Count("plain:").ShouldBe(Rounds);
        store.Count("committed:").ShouldBe(Rounds);
        store.Count().ShouldBe(2 * Rounds);

        void Transact(string key, bool commits)
        {
            using var transaction = store.BeginTransaction();
            transaction.Set(key, 1);
            if (commits)
            {
                transaction.Commit();
            }
        }

        static void ForEachRound(Action<int> act)
        {
            for (var i = 0; i < Rounds; i++)
            {
                act(i);
            }
        }
    }

    private KvStore Open() => _home.Open(options => options.SaveDebounce = Timeout.InfiniteTimeSpan);
}
