using System.Buffers;

namespace SnapshotKv.Tests.Store;

/// <summary>Transactions that have ended, that two threads use, and arguments that are refused.</summary>
public sealed class KvTransactionMisuseTests
{
    private static readonly KvEntryOptions Sliding = new() { SlidingExpiration = TimeSpan.FromMinutes(1) };

    public static TheoryData<string> Operations() => [.. EveryOperation.Keys];

    private static readonly Dictionary<string, Action<KvTransaction>> EveryOperation = new(StringComparer.Ordinal)
    {
        ["TryGetBytes"] = transaction => transaction.TryGetBytes("k", out _),
        ["TryRead"] = transaction => transaction.TryRead("k", new ArrayBufferWriter<byte>()),
        ["TryReadEncoded"] = transaction => transaction.TryReadEncoded("k", new ArrayBufferWriter<byte>(), out _),
        ["TryGetInfo"] = transaction => transaction.TryGetInfo("k", out _),
        ["TryGet"] = transaction => transaction.TryGet<int>("k", out _),
        ["SetBytes"] = transaction => transaction.SetBytes("k", [1]),
        ["SetBytesOfSequence"] = transaction => transaction.SetBytes("k", ReadOnlySequence<byte>.Empty),
        ["Set"] = transaction => transaction.Set("k", 1),
        ["Remove"] = transaction => transaction.Remove("k"),
        ["Exists"] = transaction => transaction.Exists("k"),
        ["Refresh"] = transaction => transaction.Refresh("k"),
        ["GetTimeToLive"] = transaction => transaction.GetTimeToLive("k"),
        ["GetKeys"] = transaction => transaction.GetKeys(),
        ["GetKeysAsync"] = transaction => transaction.GetKeysAsync(),
        ["Count"] = transaction => transaction.Count(),
        ["GetKeysByTag"] = transaction => transaction.GetKeysByTag("t"),
        ["RemoveByPrefix"] = transaction => transaction.RemoveByPrefix("k"),
        ["RemoveByTag"] = transaction => transaction.RemoveByTag("t"),
        ["Clear"] = transaction => transaction.Clear(),
        ["TryCommitBatch"] = transaction => transaction.TryCommit(new KvBatch()),
        ["Watch"] = transaction => transaction.Watch(),
        ["Partition"] = transaction => transaction.GetPartition("p").Exists("k"),
        ["Commit"] = transaction => transaction.Commit(),
    };

    [Theory]
    [MemberData(nameof(Operations))]
    public void Operation_AfterTheCommit_IsRefused(string name)
    {
        using var store = KvStore.Open((string?)null);
        using var transaction = store.BeginTransaction();
        transaction.Set("k", 1);
        transaction.Commit();

        Should.Throw<InvalidOperationException>(() => EveryOperation[name](transaction)).Message.ShouldContain("begin another one");
        store.TryGet<int>("k", out var value).ShouldBeTrue();
        value.ShouldBe(1);
    }

    [Theory]
    [MemberData(nameof(Operations))]
    public void Operation_AfterARefusedCommit_IsRefused(string name)
    {
        using var store = KvStore.Open((string?)null);
        using var transaction = store.BeginTransaction();
        transaction.Set("k", 1);
        store.Set("k", 2);
        Should.Throw<KvConflictException>(transaction.Commit);

        Should.Throw<InvalidOperationException>(() => EveryOperation[name](transaction)).Message.ShouldContain("refused");
    }

    [Theory]
    [MemberData(nameof(Operations))]
    public void Operation_AfterDisposal_IsRefused(string name)
    {
        using var store = KvStore.Open((string?)null);
        var transaction = store.BeginTransaction();
        transaction.Set("k", 1);
        transaction.Dispose();
        transaction.Dispose();

        Should.Throw<ObjectDisposedException>(() => EveryOperation[name](transaction)).ObjectName.ShouldContain(nameof(KvTransaction));
        store.Exists("k").ShouldBeFalse();
    }

    [Theory]
    [MemberData(nameof(Operations))]
    public void Operation_AfterDisposalOfTheStore_IsRefused(string name)
    {
        var store = KvStore.Open((string?)null);
        using var transaction = store.BeginTransaction();
        transaction.Set("k", 1);
        store.Dispose();

        Should.Throw<ObjectDisposedException>(() => EveryOperation[name](transaction)).ObjectName.ShouldContain(nameof(KvStore));
    }

    [Fact]
    public void NeverDisposed_IsLetGoOfWhenItIsCollected_AndTheLogSaysSo()
    {
        var home = new StoreHome();
        using var store = home.Open();
        store.Set("k", 1);
        Begin();
        store.KeepsTransactionLog.ShouldBeTrue();

        // A collection may be put off; it is not a matter of time.
        for (var i = 0; i < 100 && store.KeepsTransactionLog; i++)
        {
            GC.Collect();
            GC.WaitForPendingFinalizers();
        }

        store.KeepsTransactionLog.ShouldBeFalse();
        home.Log.Ids.ShouldContain(SnapshotKv.Diagnostics.KvEventIds.TransactionAbandoned);
        store.TryGet<int>("k", out var value).ShouldBeTrue();
        value.ShouldBe(1);

        [System.Runtime.CompilerServices.MethodImpl(System.Runtime.CompilerServices.MethodImplOptions.NoInlining)]
        void Begin()
        {
            var transaction = store.BeginTransaction();
            transaction.Set("k", 2);
        }
    }

    [Fact]
    public void BeginTransaction_AfterDisposalOfTheStore_IsRefused()
    {
        var store = KvStore.Open((string?)null);
        store.Dispose();

        Should.Throw<ObjectDisposedException>(() => store.BeginTransaction());
        Should.Throw<ObjectDisposedException>(() => ((IKvTransactions)store).BeginTransaction());
    }

    [Fact]
    public void Dispose_OfTheStore_WithATransactionOpen_SavesTheStoreWithoutIt()
    {
        var home = new StoreHome();
        var store = home.Open();
        store.Set("k", 1);
        var transaction = store.BeginTransaction();
        transaction.Set("k", 2);
        store.Dispose();
        transaction.Dispose();

        using var again = home.Open();
        again.TryGet<int>("k", out var value).ShouldBeTrue();
        value.ShouldBe(1);
    }

    [Theory]
    [MemberData(nameof(Operations))]
    public void Operation_WhileAnotherThreadIsInTheTransaction_IsRefusedThere(string name)
    {
        var clock = new CallingTimeProvider();
        using var store = KvStore.Open(new SnapshotKvOptions { TimeProvider = clock });
        store.SetBytes("sliding", [1], Sliding);
        using var transaction = store.BeginTransaction();
        Exception? met = null;
        clock.CallOnce(() => met = OnAnotherThread(() => EveryOperation[name](transaction)));
        transaction.TryGetBytes("sliding", out _).ShouldBeTrue();

        met.ShouldBeOfType<InvalidOperationException>().Message.ShouldContain("one thread at a time");
        transaction.Set("k", 1);
        transaction.Commit();
        store.GetKeys().ShouldBe(["k", "sliding"]);
    }

    [Fact]
    public void Dispose_WhileAnotherThreadIsInTheTransaction_EndsItBehindThatOperation()
    {
        var clock = new CallingTimeProvider();
        using var store = KvStore.Open(new SnapshotKvOptions { TimeProvider = clock });
        store.SetBytes("sliding", [1], Sliding);
        var transaction = store.BeginTransaction();
        var keptMeanwhile = false;
        clock.CallOnce(() =>
        {
            OnAnotherThread(transaction.Dispose).ShouldBeNull();
            keptMeanwhile = store.KeepsTransactionLog;
        });
        transaction.TryGetBytes("sliding", out _).ShouldBeTrue();

        keptMeanwhile.ShouldBeTrue();
        store.KeepsTransactionLog.ShouldBeFalse();
        Should.Throw<ObjectDisposedException>(() => transaction.Exists("k"));
    }

    [Fact]
    public void BadArguments_AreRefusedAndChangeNothing()
    {
        using var store = KvStore.Open(new SnapshotKvOptions { MaxValueBytes = 100 });
        store.Set("kept", 1);
        using var transaction = store.BeginTransaction();
        var tooLong = new string('k', 65_536);

        Should.Throw<ArgumentNullException>(() => transaction.SetBytes(null!, [1])).ParamName.ShouldBe("key");
        Should.Throw<ArgumentNullException>(() => transaction.TryGetBytes(null!, out _)).ParamName.ShouldBe("key");
        Should.Throw<ArgumentNullException>(() => transaction.Remove(null!));
        Should.Throw<ArgumentNullException>(() => transaction.GetKeys(null!));
        Should.Throw<ArgumentNullException>(() => transaction.RemoveByPrefix(null!));
        Should.Throw<ArgumentNullException>(() => transaction.RemoveByTag(null!));
        Should.Throw<ArgumentNullException>(() => transaction.TryRead("kept", null!));
        Should.Throw<ArgumentNullException>(() => transaction.TryCommit(null!));
        Should.Throw<ArgumentNullException>(() => transaction.GetPartition(null!));
        Should.Throw<ArgumentException>(() => transaction.Set(tooLong, 1)).Message.ShouldContain("65536 bytes");
        Should.Throw<ArgumentException>(() => transaction.Set("\ud800", 1));
        Should.Throw<ArgumentOutOfRangeException>(() => transaction.Set("k", 1, TimeSpan.Zero));
        Should.Throw<ArgumentOutOfRangeException>(() => transaction.Set("k", 1, new KvEntryOptions { AbsoluteExpiration = DateTimeOffset.UnixEpoch }));
        Should.Throw<ArgumentException>(() => transaction.Set("k", 1, new KvEntryOptions { Tags = [""] }));
        Should.Throw<ArgumentOutOfRangeException>(() => transaction.SetBytes("k", new byte[101])).Message.ShouldContain("'k'");
        Should.Throw<KvSerializationException>(() => transaction.SetEncoded("k", new ReadOnlySequence<byte>([0xc1])));
        Should.Throw<ArgumentException>(() => transaction.TryCommit(transaction.CreateBatch().Set("k", 1).Set(tooLong, 1)));
        Should.Throw<ArgumentException>(() => transaction.TryCommit(transaction.CreateBatch().Set("k", 1).RequireAbsent("\ud800")));
        transaction.GetKeys().ShouldBe(["kept"]);
        var sequence = store.LastSequence;
        transaction.Commit();
        store.LastSequence.ShouldBe(sequence);
    }

    /// <summary>What a call on another thread throws; null for nothing.</summary>
    private static Exception? OnAnotherThread(Action action)
    {
        Exception? exception = null;
        var thread = new Thread(() => exception = Xunit.Record.Exception(action));
        thread.Start();
        thread.Join();
        return exception;
    }
}
