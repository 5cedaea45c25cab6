namespace SnapshotKv.Tests.Store;

/// <summary>Increment, TryAdd, TryUpdate and the bulk operations: beside others, at the ends of the range, and over what is something else.</summary>
public sealed class AtomicOperationsTests
{
    private const int Threads = 4, Rounds = 5_000;

    private readonly StoreHome _home = new();

    public static TheoryData<KvFormat> Formats() => [.. Enum.GetValues<KvFormat>()];

    [Theory]
    [MemberData(nameof(Formats))]
    public async Task Increment_ByManyThreads_LosesNone(KvFormat format)
    {
        using var store = KvStore.Open(new SnapshotKvOptions { Format = format });
        using var barrier = new Barrier(Threads);
        var threads = Enumerable.Range(1, Threads).Select(by => Task.Factory.StartNew(
            () =>
            {
                barrier.SignalAndWait();
                for (var i = 0; i < Rounds; i++)
                {
                    store.Increment("sum", by);
                    store.GetPartition("s").Increment("um", -1);
                }
            },
            TestContext.Current.CancellationToken,
            TaskCreationOptions.LongRunning,
            TaskScheduler.Default));
        await Task.WhenAll(threads);

        store.Increment("sum", 0).ShouldBe(Rounds * (1 + 2 + 3 + 4 - Threads));
    }

    [Theory]
    [InlineData(long.MaxValue, 1)]
    [InlineData(long.MinValue, -1)]
    [InlineData(1, long.MaxValue)]
    [InlineData(-2, long.MinValue)]
    public async Task Increment_BeyondTheRange_IsAnErrorAndChangesNothing(long start, long by)
    {
        using var store = _home.Open();
        store.Set("k", start);
        var sequence = store.LastSequence;

        Should.Throw<OverflowException>(() => store.Increment("k", by)).Message.ShouldContain("'k'");
        await Should.ThrowAsync<OverflowException>(async () => await store.IncrementAsync("k", by, cancellationToken: TestContext.Current.CancellationToken));
        store.LastSequence.ShouldBe(sequence);
        store.Increment("k", 0).ShouldBe(start);
    }

    [Theory]
    [InlineData(long.MaxValue)]
    [InlineData(long.MinValue)]
    public void Increment_ToTheEndsOfTheRange_Works(long end)
    {
        using var store = _home.Open();
        store.Increment("k", end).ShouldBe(end);
        store.Increment("k", 0).ShouldBe(end);
    }

    public static TheoryData<KvFormat, object?> NoIntegers() => new(
        from format in Enum.GetValues<KvFormat>()
        from value in (object?[])["5", 1.5, null, true, ulong.MaxValue, new List<int> { 1 }]
        select (format, value));

    [Theory]
    [MemberData(nameof(NoIntegers))]
    public void Increment_OverSomethingElse_NamesTheKeyAndChangesNothing(KvFormat format, object? value)
    {
        using var store = KvStore.Open(new SnapshotKvOptions { Format = format });
        store.Set("k", value);
        var sequence = store.LastSequence;

        Should.Throw<KvSerializationException>(() => store.Increment("k")).Key.ShouldBe("k");
        store.LastSequence.ShouldBe(sequence);
    }

    [Fact]
    public void Increment_KeepsLifeAndTags_AndTakesOptionsOnlyForANewEntry()
    {
        using var store = _home.Open();
        var options = new KvEntryOptions { TimeToLive = TimeSpan.FromSeconds(10), Tags = ["t"] };
        store.Increment("k", 5, options).ShouldBe(5);
        _home.Clock.Advance(TimeSpan.FromSeconds(4));
        store.Increment("k", 5, new KvEntryOptions { TimeToLive = TimeSpan.FromHours(1), Tags = ["u"] }).ShouldBe(10);

        store.GetTimeToLive("k").Remaining.ShouldBe(TimeSpan.FromSeconds(6));
        store.GetKeysByTag("t").ShouldBe(["k"]);
        store.GetKeysByTag("u").ShouldBeEmpty();
        _home.Clock.Advance(TimeSpan.FromSeconds(6));
        store.Increment("k", 1, options).ShouldBe(1);
        store.GetTimeToLive("k").Remaining.ShouldBe(TimeSpan.FromSeconds(10));
    }

    [Fact]
    public async Task TryAdd_ByManyThreads_LetsOneThrough()
    {
        using var store = _home.Open();
        using var barrier = new Barrier(Threads);
        var won = new int[200];
        await Task.WhenAll(Enumerable.Range(0, Threads).Select(number => Task.Factory.StartNew(
            () =>
            {
                for (var i = 0; i < won.Length; i++)
                {
                    barrier.SignalAndWait();
                    if (store.TryAdd($"k{i}", number))
                    {
                        Interlocked.Increment(ref won[i]);
                    }
                }
            },
            TestContext.Current.CancellationToken,
            TaskCreationOptions.LongRunning,
            TaskScheduler.Default)));

        won.ShouldAllBe(count => count == 1);
    }

    [Fact]
    public async Task TryUpdate_ByManyThreads_LetsOneThroughPerVersion()
    {
        using var store = _home.Open();
        store.Set("k", 0);
        var successes = 0;
        await Task.WhenAll(Enumerable.Range(0, Threads).Select(_ => Task.Factory.StartNew(
            () =>
            {
                for (var i = 0; i < Rounds; i++)
                {
                    store.TryGet<int>("k", out var value, out var version).ShouldBeTrue();
                    if (store.TryUpdate("k", value + 1, version))
                    {
                        Interlocked.Increment(ref successes);
                    }
                }
            },
            TestContext.Current.CancellationToken,
            TaskCreationOptions.LongRunning,
            TaskScheduler.Default)));

        store.TryGet<int>("k", out var sum).ShouldBeTrue();
        sum.ShouldBe(successes);
        successes.ShouldBeGreaterThanOrEqualTo(Rounds);
    }

    [Fact]
    public void TryUpdate_OfWhatIsGoneOrNewer_ChangesNothing()
    {
        using var store = _home.Open();
        store.Set("k", 1, TimeSpan.FromSeconds(10));
        store.TryGet<int>("k", out _, out var version).ShouldBeTrue();

        store.TryUpdate("missing", 2, version).ShouldBeFalse();
        store.TryUpdate("k", 2, version + 1, out var none).ShouldBeFalse();
        none.ShouldBe(0);
        store.TryUpdate("k", 2, version, out var updated).ShouldBeTrue();
        store.TryGet<int>("k", out _, out var now).ShouldBeTrue();
        updated.ShouldBe(now);
        store.GetTimeToLive("k").Remaining.ShouldBe(TimeSpan.FromSeconds(10));
        _home.Clock.Advance(TimeSpan.FromSeconds(10));
        store.TryUpdate("k", 3, now).ShouldBeFalse();
        Should.Throw<ArgumentOutOfRangeException>(() => store.TryUpdate("k", 3, 0)).ParamName.ShouldBe("version");
    }

    [Fact]
    public void BulkOperations_AreOneCommitEach()
    {
        using var store = _home.Open();
        var sequence = store.LastSequence;
        store.SetMany(Enumerable.Range(0, 100).Select(i => KeyValuePair.Create($"k{i % 50}", i)), new KvEntryOptions { Tags = ["t"] });
        store.LastSequence.ShouldBe(sequence + 1);
        store.GetKeysByTag("t").Count().ShouldBe(50);

        var many = store.GetMany<int>(["k0", "missing", "k49", "k0"]);
        many.ShouldBe([KeyValuePair.Create("k0", 50), KeyValuePair.Create("k49", 99)], ignoreOrder: true);

        store.RemoveMany(["k0", "missing", "k1", "k0"]).ShouldBe(2);
        store.LastSequence.ShouldBe(sequence + 2);
        store.RemoveMany(["missing"]).ShouldBe(0);
        store.RemoveMany([]).ShouldBe(0);
        store.SetMany<int>([]);
        store.LastSequence.ShouldBe(sequence + 2);
        store.Count().ShouldBe(48);
    }

    [Fact]
    public async Task BulkOperations_BadInput_ChangesNothing()
    {
        using var store = _home.Open();
        store.Set("text", "x");
        var sequence = store.LastSequence;
        var token = TestContext.Current.CancellationToken;

        Should.Throw<ArgumentNullException>(() => store.GetMany<int>(null!)).ParamName.ShouldBe("keys");
        Should.Throw<ArgumentNullException>(() => store.GetMany<int>([null!]));
        Should.Throw<ArgumentNullException>(() => store.SetMany<int>(null!)).ParamName.ShouldBe("values");
        Should.Throw<ArgumentNullException>(() => store.SetMany([KeyValuePair.Create("a", 1), KeyValuePair.Create((string)null!, 1)]));
        Should.Throw<ArgumentNullException>(() => store.RemoveMany(null!)).ParamName.ShouldBe("keys");
        Should.Throw<ArgumentNullException>(() => store.RemoveMany(["text", null!]));
        Should.Throw<ArgumentNullException>(() => ((IKvStore)null!).Increment("k")).ParamName.ShouldBe("store");
        Should.Throw<ArgumentNullException>(() => ((IKvStore)null!).TryAdd("k", 1)).ParamName.ShouldBe("store");
        Should.Throw<ArgumentNullException>(() => ((IKvStore)null!).TryUpdate("k", 1, 1)).ParamName.ShouldBe("store");
        Should.Throw<ArgumentNullException>(() => ((IKvStore)null!).GetOrCreate("k", () => 1)).ParamName.ShouldBe("store");
        Should.Throw<ArgumentNullException>(() => store.Increment(null!)).ParamName.ShouldBe("key");
        Should.Throw<ArgumentNullException>(() => store.TryAdd(null!, 1)).ParamName.ShouldBe("key");
        Should.Throw<ArgumentNullException>(() => store.TryUpdate(null!, 1, 1)).ParamName.ShouldBe("key");
        Should.Throw<KvSerializationException>(() => store.GetMany<int>(["text"])).Key.ShouldBe("text");
        Should.Throw<ArgumentOutOfRangeException>(() => store.SetMany([KeyValuePair.Create("a", 1)], new KvEntryOptions { TimeToLive = TimeSpan.Zero }));
        Should.Throw<ArgumentException>(() => store.RemoveMany(["text", "\ud800"]));
        await Should.ThrowAsync<OperationCanceledException>(async () => await store.IncrementAsync("k", cancellationToken: new CancellationToken(true)));
        await Should.ThrowAsync<OperationCanceledException>(async () => await store.SetManyAsync([KeyValuePair.Create("a", 1)], cancellationToken: new CancellationToken(true)));
        await Should.ThrowAsync<OperationCanceledException>(async () => await store.RemoveManyAsync(["text"], new CancellationToken(true)));
        await Should.ThrowAsync<OperationCanceledException>(async () => await store.GetManyAsync<int>(["text"], new CancellationToken(true)));
        (await store.GetManyAsync<string>(["text"], token)).Count.ShouldBe(1);
        store.LastSequence.ShouldBe(sequence);
    }
}
