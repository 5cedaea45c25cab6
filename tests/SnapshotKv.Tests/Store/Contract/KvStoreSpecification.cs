using System.Buffers;
using SnapshotKv.Testing;

namespace SnapshotKv.Tests.Store.Contract;

/// <summary>What every <see cref="IKvStore"/> promises, whatever stands behind it and whether or not its clock moves.</summary>
public abstract class KvStoreSpecification : IDisposable
{
    private readonly Lazy<IKvStore> _store;

    protected KvStoreSpecification() => _store = new Lazy<IKvStore>(Open);

    protected ManualTimeProvider Clock { get; } = new();

    protected IKvStore Store => _store.Value;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    /// <summary>An empty store.</summary>
    protected abstract IKvStore Open();

    public virtual void Dispose()
    {
    }

    [Fact]
    public async Task Bytes_OnceSet_AreReadInEveryWay()
    {
        Store.SetBytes("span", [1, 2, 3]);
        Store.SetBytes("sequence", new ReadOnlySequence<byte>([1, 2, 3]));
        await Store.SetBytesAsync("async", new ReadOnlySequence<byte>([1, 2, 3]), cancellationToken: Token);
        foreach (var key in (string[])["span", "sequence", "async"])
        {
            Store.TryGetBytes(key, out var value).ShouldBeTrue();
            value.ShouldBe([1, 2, 3]);
            Store.TryGetBytes(key, out value, out var version).ShouldBeTrue();
            value.ShouldBe([1, 2, 3]);
            version.ShouldBe(Version(key));
            Store.TryPeekBytes(key, out value, out var info).ShouldBeTrue();
            value.ShouldBe([1, 2, 3]);
            info.Version.ShouldBe(version);
            Written(writer => Store.TryRead(key, writer)).ShouldBe([1, 2, 3]);
            var buffer = new ArrayBufferWriter<byte>();
            (await Store.TryReadAsync(key, buffer, Token)).ShouldBeTrue();
            buffer.WrittenSpan.ToArray().ShouldBe([1, 2, 3]);
            var result = await Store.GetBytesAsync(key, Token);
            result.Value.ShouldBe([1, 2, 3]);
            result.Version.ShouldBe(Version(key));
            Store.TryGet<byte[]>(key, out value).ShouldBeTrue();
            value.ShouldBe([1, 2, 3]);
        }
    }

    [Fact]
    public async Task Encoded_IsKeptAsItIs()
    {
        var encoded = Encode(42);
        Store.SetEncoded("a", new ReadOnlySequence<byte>(encoded));
        await Store.SetEncodedAsync("b", new ReadOnlySequence<byte>(encoded), cancellationToken: Token);
        foreach (var key in (string[])["a", "b"])
        {
            Written(writer => Store.TryReadEncoded(key, writer, out _)).ShouldBe(encoded);
            var buffer = new ArrayBufferWriter<byte>();
            (await Store.ReadEncodedAsync(key, buffer, Token)).ShouldBe(Version(key));
            buffer.WrittenSpan.ToArray().ShouldBe(encoded);
            Number(key).ShouldBe(42);
        }
    }

    [Fact]
    public async Task MissingKey_IsMissingForEveryOperation()
    {
        Store.Set("other", 1);
        Store.TryGetBytes("k", out var value).ShouldBeFalse();
        value.ShouldBeNull();
        Store.TryGetBytes("k", out value, out var versionOfBytes).ShouldBeFalse();
        value.ShouldBeNull();
        versionOfBytes.ShouldBe(0);
        Store.TryRead("k", new ArrayBufferWriter<byte>()).ShouldBeFalse();
        Store.TryReadEncoded("k", new ArrayBufferWriter<byte>(), out var version).ShouldBeFalse();
        version.ShouldBe(0);
        Store.TryGetInfo("k", out _).ShouldBeFalse();
        Store.TryPeekBytes("k", out value, out var info).ShouldBeFalse();
        value.ShouldBeNull();
        info.ShouldBe(default);
        Store.TryGet<string>("k", out _).ShouldBeFalse();
        Store.Exists("k").ShouldBeFalse();
        Store.Refresh("k").ShouldBeFalse();
        Store.Remove("k").ShouldBeFalse();
        Store.GetTimeToLive("k").ShouldBe(KvTimeToLive.Missing);
        (await Store.GetBytesAsync("k", Token)).Found.ShouldBeFalse();
        (await Store.TryReadAsync("k", new ArrayBufferWriter<byte>(), Token)).ShouldBeFalse();
        (await Store.ReadEncodedAsync("k", new ArrayBufferWriter<byte>(), Token)).ShouldBe(0);
        (await Store.GetAsync<int>("k", Token)).Found.ShouldBeFalse();
        (await Store.ExistsAsync("k", Token)).ShouldBeFalse();
        (await Store.RefreshAsync("k", Token)).ShouldBeFalse();
        (await Store.RemoveAsync("k", Token)).ShouldBeFalse();
        (await Store.GetTimeToLiveAsync("k", Token)).ShouldBe(KvTimeToLive.Missing);
    }

    [Fact]
    public void IsReadOnly_StoreThatIsWrittenTo_IsFalse()
    {
        Store.IsReadOnly.ShouldBeFalse();
        Store.GetPartition("p:").IsReadOnly.ShouldBeFalse();
        Store.TryCommit(new KvBatch()).IsCommitted.ShouldBeTrue();
    }

    [Fact]
    public async Task Typed_Values_ComeBack()
    {
        Store.Set("number", 42);
        await Store.SetAsync("text", "x", cancellationToken: Token);
        Store.Set<string?>("null", null);
        Store.Set("list", new List<int> { 1, 2 });

        Number("number").ShouldBe(42);
        (await Store.GetAsync<string>("text", Token)).Value.ShouldBe("x");
        Store.TryGet<string?>("null", out var text).ShouldBeTrue();
        text.ShouldBeNull();
        Store.TryGet<List<int>>("list", out var list).ShouldBeTrue();
        list.ShouldBe([1, 2]);
        Store.TryGet("number", out var untyped).ShouldBeTrue();
        untyped.ShouldBe(42L);
        Should.Throw<KvSerializationException>(() => Store.TryGet<int>("text", out _)).Key.ShouldBe("text");
        Should.Throw<KvSerializationException>(() => Store.TryGetBytes("number", out _));
        Should.Throw<KvSerializationException>(() => Store.TryGetBytes("number", out _, out _));
        Should.Throw<KvSerializationException>(() => Store.TryPeekBytes("number", out _, out _));
    }

    [Fact]
    public async Task SetAndRemove_ReplaceAndEndAnEntry()
    {
        Store.Set("k", 1, new KvEntryOptions { TimeToLive = TimeSpan.FromHours(1), Tags = ["t"] });
        Store.Set("k", 2);
        Number("k").ShouldBe(2);
        Store.GetTimeToLive("k").ShouldBe(KvTimeToLive.Unlimited);
        Store.GetKeysByTag("t").ShouldBeEmpty();
        Store.Remove("k").ShouldBeTrue();
        Store.Remove("k").ShouldBeFalse();
        Store.Exists("k").ShouldBeFalse();
        Store.Set("k", 3);
        (await Store.RemoveAsync("k", Token)).ShouldBeTrue();
        Store.Count().ShouldBe(0);
    }

    [Fact]
    public void Version_GrowsWithEachChangeAndEndsWithTheEntry()
    {
        Store.Set("k", 1);
        var first = Version("k");
        first.ShouldBeGreaterThanOrEqualTo(1);
        Store.Set("other", 1);
        Version("k").ShouldBe(first);
        Store.Set("k", 1);
        var second = Version("k");
        second.ShouldBeGreaterThan(first);
        Store.Remove("k");
        Version("k").ShouldBe(0);
        Store.Set("k", 1);
        Version("k").ShouldBeGreaterThan(second);
    }

    [Fact]
    public async Task Keys_ComeByPrefixInTheOrderOfTheirUtf8()
    {
        string[] ordered = ["", "a", "a:", "a:b", "b", "é", "\ufffd", "\U0001F600"];
        foreach (var key in ordered.Reverse())
        {
            Store.Set(key, 1);
        }

        Store.GetKeys().ShouldBe(ordered);
        Store.GetKeys("a").ShouldBe(["a", "a:", "a:b"]);
        Store.GetKeys("c").ShouldBeEmpty();
        Store.Count().ShouldBe(ordered.Length);
        Store.Count("a:").ShouldBe(2);
        (await Store.CountAsync("a", Token)).ShouldBe(3);
        var keys = new List<string>();
        await foreach (var key in Store.GetKeysAsync("a").WithCancellation(Token))
        {
            keys.Add(key);
        }

        keys.ShouldBe(["a", "a:", "a:b"]);
        Store.Scan<int>("a:").Select(pair => pair.Key).ShouldBe(["a:", "a:b"]);
    }

    [Fact]
    public async Task RemoveByPrefixAndClear_CountWhatTheyRemove()
    {
        foreach (var key in (string[])["a", "ab", "b", "c", "d"])
        {
            Store.Set(key, 1);
        }

        Store.RemoveByPrefix("a").ShouldBe(2);
        Store.RemoveByPrefix("a").ShouldBe(0);
        (await Store.RemoveByPrefixAsync("b", Token)).ShouldBe(1);
        Store.GetKeys().ShouldBe(["c", "d"]);
        Store.Clear().ShouldBe(2);
        Store.Set("e", 1);
        (await Store.ClearAsync(Token)).ShouldBe(1);
        Store.Count().ShouldBe(0);
    }

    [Fact]
    public async Task Tags_AreFoundAndRemovedBy()
    {
        Store.Set("a", 1, new KvEntryOptions { Tags = ["red", "blue", "red"] });
        Store.Set("b", 1, new KvEntryOptions { Tags = ["red"] });
        Store.Set("c", 1, new KvEntryOptions { Tags = ["reddish"] });
        Store.TryGetInfo("a", out var info).ShouldBeTrue();
        info.Tags.ShouldBe(["red", "blue"]);
        Store.GetKeysByTag("red").ShouldBe(["a", "b"]);
        Store.Set("b", 2);
        Store.GetKeysByTag("red").ShouldBe(["a"]);
        Store.RemoveByTag("red").ShouldBe(1);
        Store.RemoveByTag("red").ShouldBe(0);
        Store.GetKeysByTag("blue").ShouldBeEmpty();
        (await Store.RemoveByTagAsync("reddish", Token)).ShouldBe(1);
        Store.GetKeys().ShouldBe(["b"]);
    }

    [Fact]
    public async Task Batch_IsCarriedOutAsAWholeOrNotAtAll()
    {
        Store.Set("removed", 1);
        Store.Set("updated", 1, new KvEntryOptions { Tags = ["t"] });
        var batch = Store.CreateBatch().Set("a", 1).Set("a", 2).SetBytes("b", [1]).Remove("removed").Remove("missing")
            .UpdateEncoded("updated", new ReadOnlySequence<byte>(Encode(7))).RequireAbsent("c").RequireVersion("updated", Version("updated"));
        var result = Store.TryCommit(batch);
        result.IsCommitted.ShouldBeTrue();
        result.RemovedCount.ShouldBe(1);
        Store.GetKeys().ShouldBe(["a", "b", "updated"]);
        foreach (var key in (string[])["a", "b", "updated"])
        {
            Version(key).ShouldBe(result.Version);
        }

        (Number("a"), Number("updated")).ShouldBe((2, 7));
        Store.GetKeysByTag("t").ShouldBe(["updated"]);

        Store.TryCommit(batch).ConflictingKey.ShouldBe("updated");
        (await Store.TryCommitAsync(new KvBatch().SetBytes("x", []).RequireAbsent("a"), Token)).ConflictingKey.ShouldBe("a");
        Store.TryCommit(new KvBatch().SetBytes("x", []).UpdateEncoded("gone", new ReadOnlySequence<byte>(Encode(1)))).ConflictingKey.ShouldBe("gone");
        Should.Throw<KvConflictException>(() => Store.Commit(new KvBatch().SetBytes("x", []).RequireVersion("gone", 1))).Key.ShouldBe("gone");
        Store.Exists("x").ShouldBeFalse();
        Store.TryCommit(new KvBatch()).IsCommitted.ShouldBeTrue();
    }

    [Fact]
    public void Partition_SeesTheKeysUnderItsPrefixWithoutIt()
    {
        Store.Set("a", 1);
        var partition = Store.GetPartition("p:");
        partition.Set("k", 1, new KvEntryOptions { Tags = ["t"] });
        partition.GetPartition("q:").Set("k", 2);
        Number("p:k").ShouldBe(1);
        Number("p:q:k").ShouldBe(2);
        partition.GetKeys().ShouldBe(["k", "q:k"]);
        partition.GetKeysByTag("t").ShouldBe(["k"]);
        partition.Count("q").ShouldBe(1);
        partition.Exists("a").ShouldBeFalse();
        partition.TryCommit(new KvBatch().RequireAbsent("k")).ConflictingKey.ShouldBe("k");
        Store.Set("a", 1, new KvEntryOptions { Tags = ["t"] });
        partition.RemoveByTag("t").ShouldBe(1);
        partition.Clear().ShouldBe(1);
        Store.GetKeys().ShouldBe(["a"]);
        Store.GetPartition("").GetKeys().ShouldBe(["a"]);
    }

    [Fact]
    public async Task AtomicOperations_DependOnWhatIsThere()
    {
        Store.TryAdd("k", 1L).ShouldBeTrue();
        Store.TryAdd("k", 2L).ShouldBeFalse();
        (await Store.TryAddAsync("k", 2L, cancellationToken: Token)).ShouldBeFalse();
        Store.TryGet<long>("k", out _, out var version).ShouldBeTrue();
        Store.TryUpdate("k", 5L, version, out var updated).ShouldBeTrue();
        updated.ShouldBe(Version("k"));
        Store.TryUpdate("k", 6L, version).ShouldBeFalse();
        (await Store.TryUpdateAsync("k", 7L, updated, Token)).ShouldBeTrue();
        Store.Increment("k").ShouldBe(8);
        (await Store.IncrementAsync("k", -3, cancellationToken: Token)).ShouldBe(5);
        Store.Increment("new", 9).ShouldBe(9);
        Should.Throw<OverflowException>(() => Store.Increment("new", long.MaxValue));
        Store.Set("text", "x");
        Should.Throw<KvSerializationException>(() => Store.Increment("text")).Key.ShouldBe("text");
        Store.Increment("new", 0).ShouldBe(9);
    }

    [Fact]
    public async Task BulkOperations_AreWhatTheirPartsAre()
    {
        Store.SetMany([KeyValuePair.Create("a", 1), KeyValuePair.Create("b", 2)]);
        await Store.SetManyAsync([KeyValuePair.Create("c", 3)], cancellationToken: Token);
        Store.GetMany<int>(["a", "x", "c", "a"]).ShouldBe([KeyValuePair.Create("a", 1), KeyValuePair.Create("c", 3)], ignoreOrder: true);
        (await Store.GetManyAsync<int>(["b"], Token)).Count.ShouldBe(1);
        Store.RemoveMany(["a", "x"]).ShouldBe(1);
        (await Store.RemoveManyAsync(["b", "c"], Token)).ShouldBe(2);
        Store.Count().ShouldBe(0);
    }

    [Fact]
    public async Task GetOrCreate_MakesWhatIsMissingOnce()
    {
        Store.GetOrCreate("k", () => 1).ShouldBe(1);
        Store.GetOrCreate("k", () => 2).ShouldBe(1);
        (await Store.GetOrCreateAsync("l", _ => ValueTask.FromResult(3), cancellationToken: Token)).ShouldBe(3);
        (await Store.GetOrCreateAsync("l", _ => ValueTask.FromResult(4), cancellationToken: Token)).ShouldBe(3);
        Should.Throw<TimeoutException>(() => Store.GetOrCreate<int>("m", () => throw new TimeoutException()));
        Should.Throw<InvalidOperationException>(() => Store.GetOrCreate("m", () => Store.GetOrCreate("m", () => 1)));
        Store.GetKeys().ShouldBe(["k", "l"]);
    }

    [Fact]
    public void Life_IsTold()
    {
        Store.Set("relative", 1, TimeSpan.FromSeconds(10));
        Store.Set("absolute", 1, new KvEntryOptions { AbsoluteExpiration = Clock.GetUtcNow().AddSeconds(20) });
        Store.Set("sliding", 1, new KvEntryOptions { SlidingExpiration = TimeSpan.FromSeconds(30) });
        Store.Set("none", 1, new KvEntryOptions { TimeToLive = Timeout.InfiniteTimeSpan });

        Store.GetTimeToLive("relative").Remaining.ShouldBe(TimeSpan.FromSeconds(10));
        Store.GetTimeToLive("absolute").Remaining.ShouldBe(TimeSpan.FromSeconds(20));
        Store.GetTimeToLive("sliding").Remaining.ShouldBe(TimeSpan.FromSeconds(30));
        Store.GetTimeToLive("none").ShouldBe(KvTimeToLive.Unlimited);
        Store.TryGetInfo("sliding", out var info).ShouldBeTrue();
        (info.SlidingExpiration, info.ExpiresAt).ShouldBe((TimeSpan.FromSeconds(30), Clock.GetUtcNow().AddSeconds(30)));
        info.ValueBytes.ShouldBe(1);
    }

    [Fact]
    public async Task BadArguments_AreRefusedAndChangeNothing()
    {
        Should.Throw<ArgumentNullException>(() => Store.TryGetBytes(null!, out _));
        Should.Throw<ArgumentNullException>(() => Store.SetBytes(null!, [1]));
        Should.Throw<ArgumentNullException>(() => Store.Set(null!, 1));
        Should.Throw<ArgumentNullException>(() => Store.Remove(null!));
        Should.Throw<ArgumentNullException>(() => Store.GetKeys(null!));
        Should.Throw<ArgumentNullException>(() => Store.RemoveByTag(null!));
        Should.Throw<ArgumentNullException>(() => Store.TryCommit(null!));
        Should.Throw<ArgumentNullException>(() => Store.GetPartition(null!));
        Should.Throw<ArgumentNullException>(() => Store.TryRead("k", null!));
        Should.Throw<ArgumentException>(() => Store.Set("\ud800", 1));
        Should.Throw<ArgumentException>(() => Store.Exists("\udc00"));
        Should.Throw<ArgumentException>(() => Store.GetKeysByTag(""));
        Should.Throw<ArgumentException>(() => Store.Set("k", 1, new KvEntryOptions { Tags = [""] }));
        Should.Throw<ArgumentOutOfRangeException>(() => Store.Set("k", 1, TimeSpan.Zero));
        Should.Throw<ArgumentOutOfRangeException>(() => Store.Set("k", 1, new KvEntryOptions { SlidingExpiration = TimeSpan.FromTicks(-1) }));
        Should.Throw<ArgumentOutOfRangeException>(() => Store.Set("k", 1, new KvEntryOptions { AbsoluteExpiration = Clock.GetUtcNow() }));
        Should.Throw<ArgumentOutOfRangeException>(() => Store.TryCommit(Store.CreateBatch().Set("k", 1).Set("l", 1, new KvEntryOptions { TimeToLive = TimeSpan.Zero })));
        await Should.ThrowAsync<OperationCanceledException>(async () => await Store.SetAsync("k", 1, cancellationToken: new CancellationToken(true)));
        await Should.ThrowAsync<OperationCanceledException>(async () => await Store.TryCommitAsync(Store.CreateBatch().Set("k", 1), new CancellationToken(true)));
        Store.Count().ShouldBe(0);
    }

    protected int Number(string key) => Store.TryGet<int>(key, out var value) ? value : -1;

    protected long Version(string key) => Store.TryGetInfo(key, out var info) ? info.Version : 0;

    protected byte[] Encode<T>(T value) => Written(writer =>
    {
        Store.Serializer.Serialize(value, writer);
        return true;
    });

    private static byte[] Written(Func<ArrayBufferWriter<byte>, bool> write)
    {
        var writer = new ArrayBufferWriter<byte>();
        write(writer).ShouldBeTrue();
        return writer.WrittenSpan.ToArray();
    }
}
