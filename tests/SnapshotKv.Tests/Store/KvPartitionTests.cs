namespace SnapshotKv.Tests.Store;

public sealed class KvPartitionTests
{
    private readonly StoreHome _home = new();

    [Fact]
    public void DefaultEntryOptions_CountWhereAnEntryHasNoneOfItsOwn()
    {
        using var store = _home.Open();
        var partition = store.GetPartition("p:", new KvPartitionOptions
        {
            DefaultEntryOptions = new KvEntryOptions { TimeToLive = TimeSpan.FromMinutes(10), Tags = ["p"] },
        });
        partition.Set("default", 1);
        partition.SetBytes("bytes", [1]);
        partition.Commit(partition.CreateBatch().Set("batched", 1));
        partition.Increment("counter");
        partition.GetPartition("deeper:").Set("k", 1);
        partition.Set("own", 1, TimeSpan.FromMinutes(1));
        partition.Set("tagged", 1, new KvEntryOptions { Tags = ["mine"] });
        partition.Set("never", 1, Timeout.InfiniteTimeSpan);
        partition.Set("sliding", 1, new KvEntryOptions { SlidingExpiration = TimeSpan.FromMinutes(2), Tags = [] });

        foreach (var key in new[] { "default", "bytes", "batched", "counter", "deeper:k", "tagged" })
        {
            partition.GetTimeToLive(key).Remaining.ShouldBe(TimeSpan.FromMinutes(10), key);
        }

        partition.GetTimeToLive("own").Remaining.ShouldBe(TimeSpan.FromMinutes(1));
        partition.GetTimeToLive("never").ShouldBe(KvTimeToLive.Unlimited);
        partition.GetTimeToLive("sliding").Remaining.ShouldBe(TimeSpan.FromMinutes(2));
        store.GetKeysByTag("p").ShouldBe(["p:batched", "p:bytes", "p:counter", "p:deeper:k", "p:default", "p:never", "p:own"]);
        store.GetKeysByTag("mine").ShouldBe(["p:tagged"]);
        store.Set("outside", 1);
        store.GetTimeToLive("outside").ShouldBe(KvTimeToLive.Unlimited);
    }

    [Fact]
    public void Update_InATransactionOfAPartitionWithDefaults_KeepsTheLifeOfTheEntry()
    {
        using var store = _home.Open();
        var partition = store.GetPartition("p:", new KvPartitionOptions { DefaultEntryOptions = new KvEntryOptions { TimeToLive = TimeSpan.FromMinutes(10) } });
        partition.Set("k", 1, TimeSpan.FromMinutes(3));
        partition.Set("never", 1, Timeout.InfiniteTimeSpan);
        using (var transaction = partition.BeginTransaction())
        {
            transaction.Increment("k").ShouldBe(2);
            transaction.Increment("never").ShouldBe(2);
            transaction.Increment("new").ShouldBe(1);
            transaction.Commit();
        }

        partition.GetTimeToLive("k").Remaining.ShouldBe(TimeSpan.FromMinutes(3));
        partition.GetTimeToLive("never").ShouldBe(KvTimeToLive.Unlimited);
        partition.GetTimeToLive("new").Remaining.ShouldBe(TimeSpan.FromMinutes(10));
    }

    [Fact]
    public void Partition_KnowsItsPrefix_AndEndsWithTheStore()
    {
        var store = _home.Open();
        var partition = store.GetPartition("ä:", new KvPartitionOptions());
        partition.Prefix.ShouldBe("ä:");
        ((KvPartition)partition.GetPartition("b:")).Prefix.ShouldBe("ä:b:");
        partition.GetPartition("c:", new KvPartitionOptions()).BeginTransaction().Dispose();
        store.Dispose();
        Should.Throw<ObjectDisposedException>(() => partition.Exists("k"));
    }

    [Fact]
    public void Clear_RemovesThePartitionOnly()
    {
        using var store = _home.Open();
        var partition = store.GetPartition("p:", new KvPartitionOptions());
        store.Set("p", 1);
        store.Set("p;", 1);
        partition.Set("a", 1);
        partition.Set("b", 1);

        partition.GetKeys().ShouldBe(["a", "b"]);
        partition.Clear().ShouldBe(2);
        store.GetKeys().ShouldBe(["p", "p;"]);
    }

    [Fact]
    public void Options_ThatAreRefused()
    {
        using var store = _home.Open();
        Should.Throw<ArgumentException>(() => store.GetPartition("p:", With(new() { AbsoluteExpiration = _home.Clock.GetUtcNow().AddDays(1) }))).Message.ShouldContain("AbsoluteExpiration");
        Should.Throw<ArgumentOutOfRangeException>(() => store.GetPartition("p:", With(new() { TimeToLive = TimeSpan.Zero })));
        Should.Throw<ArgumentOutOfRangeException>(() => store.GetPartition("p:", With(new() { SlidingExpiration = TimeSpan.FromTicks(-1) })));
        Should.Throw<ArgumentException>(() => store.GetPartition("p:", With(new() { Tags = [""] })));
        Should.Throw<ArgumentException>(() => store.GetPartition("\ud800", new KvPartitionOptions()));
        Should.Throw<ArgumentNullException>(() => store.GetPartition(null!, new KvPartitionOptions()));
        Should.Throw<ArgumentNullException>(() => store.GetPartition("p:", null!));

        static KvPartitionOptions With(KvEntryOptions defaults) => new() { DefaultEntryOptions = defaults };
    }
}
