namespace SnapshotKv.Tests.Store;

/// <summary>Within a transaction the clock stands still; the life of what it wrote counts from its commit.</summary>
public sealed class KvTransactionClockTests
{
    private readonly StoreHome _home = new();

    [Fact]
    public void Read_AnEntryThatExpiresMeanwhile_IsStillThereAndNotSwept()
    {
        using var store = _home.Open(options => options.TtlCleanupInterval = TimeSpan.FromSeconds(1));
        store.Set("k", 1, new KvEntryOptions { TimeToLive = TimeSpan.FromSeconds(10), Tags = ["t"] });
        using (var transaction = store.BeginTransaction())
        {
            _home.Clock.Advance(TimeSpan.FromMinutes(1));
            store.Exists("k").ShouldBeFalse();
            store.EntriesInMemory.ShouldBe(1);

            Number(transaction, "k").ShouldBe(1);
            transaction.GetTimeToLive("k").Remaining.ShouldBe(TimeSpan.FromSeconds(10));
            transaction.GetKeys().ShouldBe(["k"]);
            transaction.GetKeysByTag("t").ShouldBe(["k"]);
            transaction.Count("k").ShouldBe(1);
            transaction.Set("seen", 1);
            transaction.Commit();
        }

        _home.Clock.Advance(TimeSpan.FromSeconds(1));
        store.EntriesInMemory.ShouldBe(1);
        store.GetKeys().ShouldBe(["seen"]);
    }

    [Fact]
    public void Sweep_WithSeveralTransactionsOpen_WaitsForTheOldestThatSeesTheEntry()
    {
        using var store = _home.Open(options => options.TtlCleanupInterval = TimeSpan.FromSeconds(1));
        store.Set("k", 1, TimeSpan.FromSeconds(10));
        var old = store.BeginTransaction();
        _home.Clock.Advance(TimeSpan.FromSeconds(20));
        using var young = store.BeginTransaction();
        young.Exists("k").ShouldBeFalse();
        _home.Clock.Advance(TimeSpan.FromSeconds(1));
        store.EntriesInMemory.ShouldBe(1);

        old.Dispose();
        _home.Clock.Advance(TimeSpan.FromSeconds(1));
        store.EntriesInMemory.ShouldBe(0);
        young.Exists("k").ShouldBeFalse();
    }

    [Fact]
    public void Read_AnEntryDeadAtTheStart_IsNotThere()
    {
        using var store = _home.Open();
        store.Set("k", 1, TimeSpan.FromSeconds(10));
        _home.Clock.Advance(TimeSpan.FromSeconds(10));
        using var transaction = store.BeginTransaction();

        transaction.Exists("k").ShouldBeFalse();
        transaction.TryAdd("k", 2).ShouldBeTrue();
        transaction.Commit();
        Number(store, "k").ShouldBe(2);
    }

    [Fact]
    public void Expiry_OfWhatWasRead_IsNoConflict()
    {
        using var store = _home.Open(options => options.TtlCleanupInterval = TimeSpan.FromSeconds(1));
        store.Set("k", 1, TimeSpan.FromSeconds(10));
        using var transaction = store.BeginTransaction();
        Number(transaction, "k").ShouldBe(1);
        transaction.Set("copy", 1);
        _home.Clock.Advance(TimeSpan.FromMinutes(1));

        transaction.Commit();
        store.GetKeys().ShouldBe(["copy"]);
    }

    [Fact]
    public void Slide_ByOthersOrItself_IsNoConflict()
    {
        using var store = _home.Open();
        store.Set("k", 1, new KvEntryOptions { SlidingExpiration = TimeSpan.FromSeconds(10) });
        using var transaction = store.BeginTransaction();
        Number(transaction, "k").ShouldBe(1);
        transaction.Set("copy", 1);
        _home.Clock.Advance(TimeSpan.FromSeconds(5));
        Number(store, "k").ShouldBe(1);
        Number(transaction, "k").ShouldBe(1);
        transaction.GetTimeToLive("k").Remaining.ShouldBe(TimeSpan.FromSeconds(10));
        transaction.Commit();

        _home.Clock.Advance(TimeSpan.FromSeconds(9));
        store.Exists("k").ShouldBeTrue();
    }

    [Fact]
    public void Life_OfOwnWrites_IsWholeWithinAndCountsFromTheCommit()
    {
        using var store = _home.Open();
        using var transaction = store.BeginTransaction();
        _home.Clock.Advance(TimeSpan.FromSeconds(5));
        transaction.Set("relative", 1, TimeSpan.FromSeconds(10));
        transaction.Set("sliding", 1, new KvEntryOptions { SlidingExpiration = TimeSpan.FromSeconds(20) });
        transaction.Set("none", 1);
        transaction.GetTimeToLive("relative").Remaining.ShouldBe(TimeSpan.FromSeconds(10));
        transaction.GetTimeToLive("none").ShouldBe(KvTimeToLive.Unlimited);
        _home.Clock.Advance(TimeSpan.FromMinutes(5));
        Number(transaction, "relative").ShouldBe(1);
        transaction.GetTimeToLive("relative").Remaining.ShouldBe(TimeSpan.FromSeconds(10));
        transaction.GetTimeToLive("sliding").Remaining.ShouldBe(TimeSpan.FromSeconds(20));
        transaction.Commit();

        store.GetTimeToLive("relative").Remaining.ShouldBe(TimeSpan.FromSeconds(10));
        store.GetTimeToLive("sliding").Remaining.ShouldBe(TimeSpan.FromSeconds(20));
        store.GetTimeToLive("none").ShouldBe(KvTimeToLive.Unlimited);
        store.TryGetInfo("sliding", out var info).ShouldBeTrue();
        info.SlidingExpiration.ShouldBe(TimeSpan.FromSeconds(20));
    }

    [Fact]
    public void AbsoluteInstant_PassedBeforeTheCommit_LeavesNoEntry()
    {
        using var store = _home.Open();
        store.Set("k", 1);
        using var transaction = store.BeginTransaction();
        transaction.Set("k", 2, new KvEntryOptions { AbsoluteExpiration = _home.Clock.GetUtcNow().AddSeconds(5) });
        transaction.Set("capped", 2, new KvEntryOptions { AbsoluteExpiration = _home.Clock.GetUtcNow().AddSeconds(5), SlidingExpiration = TimeSpan.FromSeconds(2) });
        transaction.Set("later", 2, new KvEntryOptions { AbsoluteExpiration = _home.Clock.GetUtcNow().AddSeconds(9) });
        _home.Clock.Advance(TimeSpan.FromSeconds(5));
        Number(transaction, "k").ShouldBe(2);
        transaction.Commit();

        store.GetKeys().ShouldBe(["later"]);
        store.GetTimeToLive("later").Remaining.ShouldBe(TimeSpan.FromSeconds(4));
    }

    [Fact]
    public void Update_OfAnEntryThatOthersSlid_DoesNotShortenItsLife()
    {
        using var store = _home.Open();
        store.Set("k", 1, new KvEntryOptions { SlidingExpiration = TimeSpan.FromSeconds(10) });
        using var transaction = store.BeginTransaction();
        transaction.TryGet<int>("k", out _, out var version).ShouldBeTrue();
        transaction.TryUpdate("k", 2, version).ShouldBeTrue();
        _home.Clock.Advance(TimeSpan.FromSeconds(6));
        Number(store, "k").ShouldBe(1);
        transaction.Commit();

        store.GetTimeToLive("k").Remaining.ShouldBe(TimeSpan.FromSeconds(10));
        Number(store, "k").ShouldBe(2);
    }

    [Fact]
    public void Update_OfAnEntryThatExpiresBeforeTheCommit_DoesNotBringItBack()
    {
        using var store = _home.Open();
        store.Set("k", 1, TimeSpan.FromSeconds(10));
        store.Set("s", 1, new KvEntryOptions { SlidingExpiration = TimeSpan.FromSeconds(10) });
        using var transaction = store.BeginTransaction();
        transaction.Increment("k").ShouldBe(2);
        transaction.Increment("s").ShouldBe(2);
        transaction.GetTimeToLive("k").Remaining.ShouldBe(TimeSpan.FromSeconds(10));
        _home.Clock.Advance(TimeSpan.FromSeconds(10));
        transaction.Commit();

        store.GetKeys().ShouldBeEmpty();
        store.Count().ShouldBe(0);
    }

    [Fact]
    public void Update_OfAnOwnWrite_KeepsTheLifeThatCountsFromTheCommit()
    {
        using var store = _home.Open();
        using var transaction = store.BeginTransaction();
        transaction.Set("k", 1, TimeSpan.FromSeconds(10));
        transaction.Increment("k").ShouldBe(2);
        _home.Clock.Advance(TimeSpan.FromSeconds(8));
        transaction.Commit();

        store.GetTimeToLive("k").Remaining.ShouldBe(TimeSpan.FromSeconds(10));
    }

    private static int Number(IKvStore store, string key) => store.TryGet<int>(key, out var value) ? value : -1;
}
