using System.Buffers;

namespace SnapshotKv.Tests.Store;

/// <summary>Keys, values and prefixes, on a store in memory: the directory adds nothing to them.</summary>
public sealed class KvStoreTests
{
    [Fact]
    public void TryGetBytes_MissingKey_IsFalse()
    {
        using var store = KvStore.Open((string?)null);

        store.TryGetBytes("missing", out var value).ShouldBeFalse();
        value.ShouldBeNull();
        store.Exists("missing").ShouldBeFalse();
        store.GetTimeToLive("missing").ShouldBe(KvTimeToLive.Missing);
        store.Remove("missing").ShouldBeFalse();
        store.Refresh("missing").ShouldBeFalse();
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(255)]
    [InlineData(256)]
    [InlineData(65_535)]
    [InlineData(65_536)]
    [InlineData(1_000_000)]
    public void SetBytes_EveryWidthOfHeader_ReadsBackInBothFormats(int length)
    {
        var bytes = new byte[length];
        Random.Shared.NextBytes(bytes);
        foreach (var format in Enum.GetValues<KvFormat>())
        {
            using var store = KvStore.Open(new SnapshotKvOptions { Format = format });
            store.SetBytes("k", bytes);
            store.SetBytes("s", Segmented(bytes));

            store.TryGetBytes("k", out var value).ShouldBeTrue();
            value.ShouldBe(bytes);
            store.TryGetBytes("s", out value).ShouldBeTrue();
            value.ShouldBe(bytes);
            store.TryGet<byte[]>("k", out value).ShouldBeTrue();
            value.ShouldBe(bytes);

            store.TryGetSpan("k", out var span).ShouldBeTrue();
            store.SetBytes("k", [9]);
            span.SequenceEqual(bytes).ShouldBeTrue();
            store.SetBytes("k", bytes);

            var writer = new ArrayBufferWriter<byte>();
            store.TryRead("k", writer).ShouldBeTrue();
            writer.WrittenSpan.SequenceEqual(bytes).ShouldBeTrue();
        }
    }

    [Fact]
    public void TryRead_IntoASpan_TellsHitMissAndTooSmallApart()
    {
        using var store = KvStore.Open((string?)null);
        store.SetBytes("k", [1, 2, 3]);
        Span<byte> room = stackalloc byte[4];

        store.TryRead("k", room, out var written).ShouldBeTrue();
        written.ShouldBe(3);
        room[..3].ToArray().ShouldBe([1, 2, 3]);

        store.TryRead("missing", room, out written).ShouldBeFalse();
        written.ShouldBe(0);

        var small = new byte[2];
        Should.Throw<ArgumentException>(() => store.TryRead("k", small, out _)).Message.ShouldContain("'k' takes 3 bytes");
        small.ShouldBe([0, 0]);
    }

    [Fact]
    public void TryRead_Miss_DoesNotTouchTheWriter()
    {
        using var store = KvStore.Open((string?)null);

        store.TryRead("missing", new UntouchableWriter()).ShouldBeFalse();
        store.TryReadEncoded("missing", new UntouchableWriter(), out _).ShouldBeFalse();
    }

    [Fact]
    public void TryGetBytes_WhatItReturns_IsTheCallersOwn()
    {
        using var store = KvStore.Open((string?)null);
        byte[] mine = [1, 2, 3];
        store.SetBytes("k", mine);
        mine[0] = 9;
        store.TryGetBytes("k", out var first).ShouldBeTrue();
        first![1] = 9;

        store.TryGetBytes("k", out var second).ShouldBeTrue();
        second.ShouldBe([1, 2, 3]);
    }

    [Theory]
    [InlineData("")]
    [InlineData("a")]
    [InlineData("key with spaces and : punctuation")]
    [InlineData("\0")]
    [InlineData("ключ")]
    [InlineData("\U0001F600")]
    public void Keys_OfEveryKind_AreKeptApart(string key)
    {
        using var store = KvStore.Open((string?)null);
        store.Set(key, "mine");
        store.Set(key + "x", "another");

        store.TryGet<string>(key, out var value).ShouldBeTrue();
        value.ShouldBe("mine");
        store.GetKeys().ShouldBe([key, key + "x"]);
        store.Remove(key).ShouldBeTrue();
        store.Exists(key).ShouldBeFalse();
        store.Exists(key + "x").ShouldBeTrue();
    }

    [Theory]
    [InlineData(65_535)]
    [InlineData(300)]
    public void Keys_UpToTheLimit_AreAccepted(int length)
    {
        using var store = KvStore.Open((string?)null);
        var key = new string('k', length);

        store.Set(key, 1);

        store.TryGet<int>(key, out var value).ShouldBeTrue();
        value.ShouldBe(1);
    }

    [Fact]
    public void Keys_OverTheLimit_AreRefusedByWritesAndMissedByReads()
    {
        using var store = KvStore.Open((string?)null);
        var key = new string('k', 65_533) + "é?";
        System.Text.Encoding.UTF8.GetByteCount(key).ShouldBe(65_536);

        Should.Throw<ArgumentException>(() => store.Set(key, 1)).Message.ShouldContain("65536 bytes");
        Should.Throw<ArgumentException>(() => store.SetBytes(key, [1])).ParamName.ShouldBe("key");
        Should.Throw<ArgumentException>(() => store.GetPartition("p").SetBytes(key[..^1], [1])).Message.ShouldContain("65535");
        store.TryGet<int>(key, out _).ShouldBeFalse();
        store.Count().ShouldBe(0);
    }

    [Fact]
    public void Keys_NullOrUnpairedSurrogate_AreRefusedEverywhere()
    {
        using var store = KvStore.Open((string?)null);
        foreach (var operation in KeyOperations(store))
        {
            Should.Throw<ArgumentNullException>(() => operation(null!));
            Should.Throw<ArgumentException>(() => operation("\ud800")).Message.ShouldContain("unpaired surrogate");
            Should.Throw<ArgumentException>(() => operation("x\udc00" + new string('y', 300))).Message.ShouldContain("unpaired surrogate");
        }

        store.Count().ShouldBe(0);
    }

    [Fact]
    public void Values_OverTheLimit_AreRefusedWithTheSettingAndTheKey()
    {
        using var store = KvStore.Open(new SnapshotKvOptions { MaxValueBytes = 100 });
        store.SetBytes("fits", new byte[98]);

        var thrown = Should.Throw<ArgumentOutOfRangeException>(() => store.SetBytes("too-large", new byte[99]));

        thrown.Message.ShouldContain("too-large");
        thrown.Message.ShouldContain("MaxValueBytes");
        Should.Throw<ArgumentOutOfRangeException>(() => store.Set("too-large", new string('x', 200)));
        Should.Throw<ArgumentOutOfRangeException>(() => store.Commit(new KvBatch().Remove("fits").SetBytes("too-large", new byte[99])));
        store.GetKeys().ShouldBe(["fits"]);
    }

    [Fact]
    public void TypedValue_ReadAsAnotherType_NamesKeyAndBothKinds()
    {
        using var store = KvStore.Open((string?)null);
        store.Set("greeting", "hello");

        var thrown = Should.Throw<KvSerializationException>(() => store.TryGet<int>("greeting", out _));
        thrown.Key.ShouldBe("greeting");
        thrown.Message.ShouldContain("greeting");
        thrown.Message.ShouldContain("string");
        thrown.Message.ShouldContain("Int32");

        thrown = Should.Throw<KvSerializationException>(() => store.TryGetBytes("greeting", out _));
        thrown.Key.ShouldBe("greeting");
        thrown.Message.ShouldContain("a string");
        thrown.Message.ShouldContain("bytes");
    }

    [Fact]
    public void Set_TypeThatCannotBeStored_NamesTheKeyAndChangesNothing()
    {
        using var store = KvStore.Open((string?)null);
        store.Set("k", 1);

        Should.Throw<KvSerializationException>(() => store.Set<object>("k", new Func<int>(() => 1))).Key.ShouldBe("k");

        store.TryGet<int>("k", out var value).ShouldBeTrue();
        value.ShouldBe(1);
    }

    [Fact]
    public void SetEncoded_NotExactlyOneValue_IsRefused()
    {
        using var store = KvStore.Open((string?)null);
        using var json = KvStore.Open(new SnapshotKvOptions { Format = KvFormat.Json });
        byte[][] bad = [[], [0xc1], [0x01, 0x02], [0xc4, 5, 1], [0x91]];
        string[] badJson = ["", "1 2", "{", "nul"];

        foreach (var bytes in bad)
        {
            Should.Throw<KvSerializationException>(() => store.SetEncoded("k", new(bytes))).Key.ShouldBe("k");
            Should.Throw<KvSerializationException>(() => store.Commit(new KvBatch().SetEncoded("k", new(bytes)))).Key.ShouldBe("k");
        }

        foreach (var text in badJson)
        {
            Should.Throw<KvSerializationException>(() => json.SetEncoded("k", new(System.Text.Encoding.UTF8.GetBytes(text)))).Key.ShouldBe("k");
        }

        store.Count().ShouldBe(0);
        json.Count().ShouldBe(0);
        store.SetEncoded("k", new([0x92, 1, 2]));
        store.TryGet("k", out var value).ShouldBeTrue();
        value.ShouldBe(new List<object?> { 1L, 2L });
    }

    [Fact]
    public void Prefixes_CountKeysScanAndRemove_AgreeAndKeepTheOrderOfTheBytes()
    {
        using var store = KvStore.Open((string?)null);
        string[] keys = ["user:1", "user:10", "user:2", "users", "user:\uFF5E", "user:\U0001F600", "other", ""];
        foreach (var key in keys)
        {
            store.Set(key, key.Length);
        }

        string[] inOrder = ["user:1", "user:10", "user:2", "user:\uFF5E", "user:\U0001F600"];
        store.GetKeys("user:").ShouldBe(inOrder);
        store.Count("user:").ShouldBe(5);
        store.Count().ShouldBe(8);
        store.Scan<int>("user:").ShouldBe(inOrder.Select(key => new KeyValuePair<string, int>(key, key.Length)));
        store.GetKeys("nothing").ShouldBeEmpty();

        store.RemoveByPrefix("user:").ShouldBe(5);
        store.GetKeys().ShouldBe(["", "other", "users"]);
        store.RemoveByPrefix("user:").ShouldBe(0);
        store.Clear().ShouldBe(3);
        store.Count().ShouldBe(0);
        store.Clear().ShouldBe(0);
    }

    [Fact]
    public void Scan_LoopThatChangesTheStoreAndStopsEarly_IsSafe()
    {
        using var store = KvStore.Open((string?)null);
        for (var i = 0; i < 3_000; i++)
        {
            store.Set($"key:{i:D5}", i);
        }

        foreach (var (key, value) in store.Scan<int>("key:"))
        {
            store.Remove(key).ShouldBeTrue();
            store.Set("new:" + key, value);
            if (value == 1_999)
            {
                break;
            }
        }

        store.Count("key:").ShouldBe(1_000);
        store.Count("new:").ShouldBe(2_000);
    }

    [Fact]
    public void GetKeys_StoreClearedInTheMidst_EndsWithWhatWasReadAhead()
    {
        using var store = KvStore.Open((string?)null);
        for (var i = 0; i < 50_000; i++)
        {
            store.Set($"old:{i}", i);
        }

        var seen = 0;
        foreach (var key in store.GetKeys())
        {
            if (seen++ == 0)
            {
                store.Clear();
                store.Set("zzz", 1);
            }
        }

        // A run that was read already is still given out; then comes what is there now.
        seen.ShouldBeLessThan(2_000);
        store.GetKeys().ShouldBe(["zzz"]);
    }

    [Fact]
    public void Scan_ValueOfAnotherKind_SurfacesWithItsKey()
    {
        using var store = KvStore.Open((string?)null);
        store.Set("a", 1);
        store.Set("b", "text");

        using var scan = store.Scan<int>().GetEnumerator();
        scan.MoveNext().ShouldBeTrue();
        Should.Throw<KvSerializationException>(() => scan.MoveNext()).Key.ShouldBe("b");
    }

    [Fact]
    public void Index_UsedBeforeAndAfterEveryKindOfChange_StaysRight()
    {
        using var store = KvStore.Open((string?)null);
        store.Set("a", 1);
        store.GetKeys().ShouldBe(["a"]);

        store.Set("b", 1);
        store.Set("a", 2);
        store.GetKeys().ShouldBe(["a", "b"]);
        store.Remove("a");
        store.GetKeys().ShouldBe(["b"]);
        store.Commit(new KvBatch().Remove("b").SetBytes("c", []).SetBytes("d", []));
        store.GetKeys().ShouldBe(["c", "d"]);
        store.Clear();
        store.GetKeys().ShouldBeEmpty();
        store.Set("e", 1);
        store.GetKeys().ShouldBe(["e"]);
    }

    [Fact]
    public void GetPartition_KeysOfOne_AreNotSeenByAnother()
    {
        using var store = KvStore.Open((string?)null);
        var left = store.GetPartition("left:");
        var right = store.GetPartition("right:");
        left.Set("k", 1);
        right.Set("k", 2);
        left.GetPartition("deeper:").Set("k", 3);

        left.TryGet<int>("k", out var value).ShouldBeTrue();
        value.ShouldBe(1);
        left.GetKeys().ShouldBe(["deeper:k", "k"]);
        left.Count("deeper:").ShouldBe(1);
        store.GetKeys().ShouldBe(["left:deeper:k", "left:k", "right:k"]);
        left.Commit(new KvBatch().Remove("k").SetBytes("new", [1]));
        left.Clear().ShouldBe(2);
        store.GetKeys().ShouldBe(["right:k"]);
        store.GetPartition("").GetKeys().ShouldBe(["right:k"]);
        Should.Throw<ArgumentNullException>(() => store.GetPartition(null!));
    }

    [Fact]
    public void Commit_Batch_LastChangeOfAKeyCounts()
    {
        using var store = KvStore.Open((string?)null);
        store.Set("gone", 1);
        var batch = new KvBatch().SetBytes("k", [1]).Remove("k").SetBytes("k", [2]).Remove("gone").Remove("never");
        batch.Count.ShouldBe(3);

        store.Commit(batch);
        store.Commit(new KvBatch());

        store.TryGetBytes("k", out var value).ShouldBeTrue();
        value.ShouldBe([2]);
        store.GetKeys().ShouldBe(["k"]);
        Should.Throw<ArgumentNullException>(() => store.Commit(null!));
    }

    [Fact]
    public async Task AsyncForms_InMemory_CompleteBeforeTheyReturnAndObserveCancellationFirst()
    {
        using var store = KvStore.Open((string?)null);
        var token = TestContext.Current.CancellationToken;
        var set = store.SetBytesAsync("k", new ReadOnlySequence<byte>([1, 2]), cancellationToken: token);
        set.IsCompletedSuccessfully.ShouldBeTrue();
        await set;

        (await store.GetBytesAsync("k", token)).Value.ShouldBe([1, 2]);
        (await store.GetBytesAsync("missing", token)).Found.ShouldBeFalse();
        (await store.ExistsAsync("k", token)).ShouldBeTrue();
        (await store.RefreshAsync("k", token)).ShouldBeTrue();
        (await store.GetTimeToLiveAsync("k", token)).ShouldBe(KvTimeToLive.Unlimited);
        (await store.CountAsync(cancellationToken: token)).ShouldBe(1);
        await store.SetAsync("n", 5, cancellationToken: token);
        (await store.GetAsync<int>("n", token)).ShouldSatisfyAllConditions(found => found.Found.ShouldBeTrue(), found => found.Value.ShouldBe(5), found => found.Version.ShouldBePositive());
        (await store.GetAsync<int>("missing", token)).ShouldBe(default);
        await store.SetEncodedAsync("e", new([0x07]), cancellationToken: token);
        var encoded = new ArrayBufferWriter<byte>();
        (await store.ReadEncodedAsync("e", encoded, token)).ShouldBePositive();
        encoded.WrittenSpan.ToArray().ShouldBe([0x07]);
        (await store.TryReadAsync("k", encoded, token)).ShouldBeTrue();
        await store.CommitAsync(new KvBatch().Remove("e"), token);
        (await store.RemoveAsync("n", token)).ShouldBeTrue();
        (await store.RemoveByPrefixAsync("zzz", token)).ShouldBe(0);

        var cancelled = new CancellationToken(canceled: true);
        await Should.ThrowAsync<OperationCanceledException>(async () => await store.RemoveAsync("k", cancelled));
        await Should.ThrowAsync<OperationCanceledException>(async () => await store.ClearAsync(cancelled));
        await Should.ThrowAsync<OperationCanceledException>(async () => await store.SetAsync("x", 1, cancellationToken: cancelled));
        store.GetKeys().ShouldBe(["k"]);
        (await store.ClearAsync(token)).ShouldBe(1);
    }

    [Fact]
    public void Memory_OnlyStore_HasNoDisk()
    {
        using var store = KvStore.Open((string?)null);
        store.Set("k", 1);

        store.IsMemoryOnly.ShouldBeTrue();
        store.DirectoryPath.ShouldBeNull();
        store.Save().ShouldBeNull();
        store.ListSnapshots().ShouldBeEmpty();
        store.RecoveryReport.LoadedSnapshot.ShouldBeNull();
    }

    [Fact]
    public async Task Disposed_EveryOperation_SaysSo()
    {
        var store = KvStore.Open((string?)null);
        var partition = store.GetPartition("p:");
        store.Set("p:k", 1);
        var keys = store.GetKeys();
        store.Dispose();
        store.Dispose();
        await store.DisposeAsync();

        foreach (var operation in KeyOperations(store).Concat(KeyOperations(partition)))
        {
            Should.Throw<ObjectDisposedException>(() => operation("k"));
        }

        Should.Throw<ObjectDisposedException>(() => keys.ToList());
        Should.Throw<ObjectDisposedException>(() => store.Save());
        Should.Throw<ObjectDisposedException>(() => store.ListSnapshots());
        Should.Throw<ObjectDisposedException>(() => store.Commit(new KvBatch()));
        await Should.ThrowAsync<ObjectDisposedException>(() => store.SaveAsync());
        await Should.ThrowAsync<ObjectDisposedException>(() => store.RunMaintenanceAsync(CancellationToken.None));
    }

    private static Action<string>[] KeyOperations(IKvStore store) =>
    [
        key => store.TryGetBytes(key, out _),
        key => store.TryRead(key, new ArrayBufferWriter<byte>()),
        key => ((KvKeyspace)store).TryGetSpan(key, out _),
        key => ((KvKeyspace)store).TryRead(key, new byte[4], out _),
        key => store.TryReadEncoded(key, new ArrayBufferWriter<byte>(), out _),
        key => store.TryGet<int>(key, out _),
        key => store.SetBytes(key, [1]),
        key => store.SetBytes(key, new ReadOnlySequence<byte>([1])),
        key => store.SetEncoded(key, new ReadOnlySequence<byte>([1])),
        key => store.Set(key, 1),
        key => store.Remove(key),
        key => store.Exists(key),
        key => store.Refresh(key),
        key => store.GetTimeToLive(key),
        key => store.GetKeys(key),
        key => store.Count(key),
        key => store.RemoveByPrefix(key),
        key => store.Commit(new KvBatch().Remove(key)),
    ];

    private static ReadOnlySequence<byte> Segmented(byte[] bytes)
    {
        var first = new Segment(bytes.AsMemory(0, bytes.Length / 3));
        var last = first.Append(bytes.AsMemory(bytes.Length / 3, bytes.Length / 3)).Append(bytes.AsMemory(bytes.Length / 3 * 2));
        return new(first, 0, last, last.Memory.Length);
    }

    private sealed class Segment : ReadOnlySequenceSegment<byte>
    {
        public Segment(ReadOnlyMemory<byte> memory) => Memory = memory;

        public Segment Append(ReadOnlyMemory<byte> memory)
        {
            var next = new Segment(memory) { RunningIndex = RunningIndex + Memory.Length };
            Next = next;
            return next;
        }
    }

    private sealed class UntouchableWriter : IBufferWriter<byte>
    {
        public void Advance(int count) => throw new InvalidOperationException("A miss must not advance.");

        public Memory<byte> GetMemory(int sizeHint = 0) => throw new InvalidOperationException("A miss must not ask for memory.");

        public Span<byte> GetSpan(int sizeHint = 0) => throw new InvalidOperationException("A miss must not ask for a span.");
    }
}
