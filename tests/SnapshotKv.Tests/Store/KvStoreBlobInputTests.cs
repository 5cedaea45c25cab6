using System.Buffers;
using SnapshotKv.Testing;
using SnapshotKv.Tests.Blobs;

namespace SnapshotKv.Tests.Store;

/// <summary>Blobs given badly, or lost: typed errors that name the key, and nothing half done.</summary>
public sealed class KvStoreBlobInputTests
{
    private readonly StoreHome _home = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task MemoryOnly_EveryCall_SaysThatItCannot()
    {
        using var store = KvStore.Open((string?)null);
        store.Set("k", 1);
        using var transaction = store.BeginTransaction();
        foreach (var (name, call) in BlobCalls.All())
        {
            foreach (var keyspace in new IKvBlobs[] { store, (IKvBlobs)store.GetPartition("p:"), transaction })
            {
                (await Should.ThrowAsync<NotSupportedException>(() => call(keyspace, "k"), name)).Message.ShouldContain("memory-only");
            }
        }
    }

    [Fact]
    public async Task DisposedStore_EveryCall_Throws()
    {
        var store = _home.Open();
        store.SetBlob("k", 1, [1]);
        var transaction = store.BeginTransaction();
        store.Dispose();
        var operations = _home.Files.OperationCount;
        foreach (var (name, call) in BlobCalls.All())
        {
            await Should.ThrowAsync<ObjectDisposedException>(() => call(store, "k"), name);
            await Should.ThrowAsync<ObjectDisposedException>(() => call(transaction, "k"), name);
        }

        _home.Files.OperationCount.ShouldBe(operations);
    }

    [Fact]
    public async Task Nulls_AreRefused()
    {
        using var store = _home.Open();
        store.Set("k", 1);
        foreach (var (name, call) in BlobCalls.All())
        {
            (await Should.ThrowAsync<ArgumentNullException>(() => call(store, null!), name)).ParamName.ShouldBe("key", name);
        }

        Should.Throw<ArgumentNullException>(() => ((IKvBlobs)null!).SetBlob("k", 1, [1])).ParamName.ShouldBe("store");
        Should.Throw<ArgumentNullException>(() => store.SetBlob("k", 1, (Stream)null!)).ParamName.ShouldBe("content");
        Should.Throw<ArgumentNullException>(() => store.UpdateBlob("k", (Stream)null!)).ParamName.ShouldBe("content");
        (await Should.ThrowAsync<ArgumentNullException>(() => store.SetBlobAsync("k", 1, (Stream)null!, cancellationToken: Token).AsTask())).ParamName.ShouldBe("content");
        (await Should.ThrowAsync<ArgumentNullException>(() => store.UpdateBlobAsync("k", (Stream)null!, cancellationToken: Token).AsTask())).ParamName.ShouldBe("content");
    }

    [Fact]
    public async Task StreamThatCannotBeRead_IsRefused()
    {
        using var store = _home.Open();
        store.Set("k", 1);
        var closed = new MemoryStream();
        closed.Dispose();

        foreach (var refused in await FailuresOf<ArgumentException>(store, () => closed))
        {
            refused.ParamName.ShouldBe("content");
        }

        CheckUntouched(store, hasBlob: false);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(400_000)]
    public async Task StreamThatThrows_PassesThroughAndChangesNothing(int after)
    {
        using var store = _home.Open();
        store.SetBlob("k", 1, [1]);
        var failure = new InvalidOperationException("the wire broke");

        foreach (var seen in await FailuresOf<InvalidOperationException>(store, () => new ThrowingStream(after, failure)))
        {
            seen.ShouldBeSameAs(failure);
        }

        CheckUntouched(store, hasBlob: true);
    }

    [Fact]
    public async Task StreamLongerOrShorterThanAnnounced_IsRefusedAndChangesNothing()
    {
        using var store = _home.Open();
        store.SetBlob("k", 1, [1]);
        var endless = new EndlessStream();
        foreach (var refused in await FailuresOf<KvBlobException>(store, () => new MemoryStream(new byte[199_999]), length: 200_000))
        {
            refused.Reason.ShouldBe(KvBlobProblem.LengthMismatch);
            refused.Key.ShouldBe("k");
            refused.Message.ShouldContain("199999");
        }

        foreach (var refused in await FailuresOf<KvBlobException>(store, () => endless, length: 200_000))
        {
            refused.Reason.ShouldBe(KvBlobProblem.LengthMismatch);
            refused.Message.ShouldContain("200000");
        }

        endless.Reads.ShouldBeLessThan(20, "what is too long is not read to its end");
        foreach (var refused in await FailuresOf<ArgumentOutOfRangeException>(store, () => new MemoryStream(), length: -1))
        {
            refused.ParamName.ShouldBe("length");
        }

        CheckUntouched(store, hasBlob: true);
    }

    [Fact]
    public async Task EntryThatIsRefused_NothingIsReadOrWritten()
    {
        using var store = _home.Open(options => options.MaxValueBytes = 100);
        var refusals = new (string Name, string Key, ReadOnlySequence<byte> Value, KvEntryOptions Options)[]
        {
            ("key too long", new string('k', 70_000), One, default),
            ("key with an unpaired surrogate", "\ud800", One, default),
            ("no life", "k", One, new KvEntryOptions { TimeToLive = TimeSpan.Zero }),
            ("a life that is over", "k", One, new KvEntryOptions { AbsoluteExpiration = _home.Clock.GetUtcNow() }),
            ("a window that is none", "k", One, new KvEntryOptions { SlidingExpiration = TimeSpan.FromTicks(-1) }),
            ("an empty tag", "k", One, new KvEntryOptions { Tags = [""] }),
            ("a value too long", "k", new([0xc4, 99, .. new byte[99]]), default),
        };
        var operations = _home.Files.OperationCount;
        foreach (var (name, key, value, options) in refusals)
        {
            var content = new MemoryStream([1, 2, 3]);
            foreach (var call in new Func<Task>[]
            {
                () => Task.Run(() => store.SetEncodedWithBlob(key, value, content, options)),
                () => Task.Run(() => store.SetEncodedWithBlob(key, value, [1], options)),
                () => store.SetEncodedWithBlobAsync(key, value, content, options, cancellationToken: Token).AsTask(),
                () => store.SetEncodedWithBlobAsync(key, value, new byte[] { 1 }, options, Token).AsTask(),
            })
            {
                await Should.ThrowAsync<ArgumentException>(call, name);
            }

            content.Position.ShouldBe(0, name);
        }

        Should.Throw<KvSerializationException>(() => store.SetEncodedWithBlob("k", new([0x92, 1]), [1])).Key.ShouldBe("k");
        Should.Throw<KvSerializationException>(() => store.SetBlob<object>("k", new Action(() => { }), [1])).Key.ShouldBe("k");
        _home.Files.OperationCount.ShouldBe(operations);
        store.Count().ShouldBe(0);
    }

    [Fact]
    public async Task Cancelled_BeforeOrMeanwhile_ChangesNothing()
    {
        using var store = _home.Open();
        store.SetBlob("k", 1, [1]);
        var cancelled = new CancellationToken(canceled: true);
        await Should.ThrowAsync<OperationCanceledException>(() => store.SetBlobAsync("k", 2, new byte[] { 2 }, cancellationToken: cancelled).AsTask());
        await Should.ThrowAsync<OperationCanceledException>(() => store.SetBlobAsync("k", 2, new MemoryStream(), cancellationToken: cancelled).AsTask());
        await Should.ThrowAsync<OperationCanceledException>(() => store.UpdateBlobAsync("k", new byte[] { 2 }, cancelled).AsTask());
        await Should.ThrowAsync<OperationCanceledException>(() => store.UpdateBlobAsync("k", new MemoryStream(), cancellationToken: cancelled).AsTask());
        await Should.ThrowAsync<OperationCanceledException>(async () => await store.OpenBlobAsync("k", cancelled));
        await Should.ThrowAsync<OperationCanceledException>(async () => await store.GetBlobAsync("k", cancelled));

        using var canceling = new CancellationTokenSource();
        var waiting = new WaitingStream();
        var setting = store.SetBlobAsync("k", 2, waiting, cancellationToken: canceling.Token).AsTask();
        var waitingUpdate = new WaitingStream();
        var updating = store.UpdateBlobAsync("k", waitingUpdate, cancellationToken: canceling.Token).AsTask();
        await waiting.IsAsked;
        await waitingUpdate.IsAsked;
        _home.BlobFiles().Count.ShouldBe(3, "two are being written");
        await canceling.CancelAsync();
        await Should.ThrowAsync<OperationCanceledException>(() => setting);
        await Should.ThrowAsync<OperationCanceledException>(() => updating);
        (waiting.SynchronousReads + waitingUpdate.SynchronousReads).ShouldBe(0);

        CheckUntouched(store, hasBlob: true);
    }

    [Theory]
    [MemberData(nameof(BlobCalls.Ways), MemberType = typeof(BlobCalls))]
    public async Task UpdateBlob_NoLiveEntry_IsRefusedBeforeAnythingIsWritten(string way)
    {
        using var store = _home.Open();
        store.Set("expired", 1, TimeSpan.FromSeconds(1));
        _home.Clock.Advance(TimeSpan.FromSeconds(1));
        var operations = _home.Files.OperationCount;
        foreach (var key in new[] { "missing", "expired" })
        {
            var refused = await Should.ThrowAsync<KvBlobException>(() => BlobCalls.UpdateAsync(way, store, key, [1]));
            refused.Reason.ShouldBe(KvBlobProblem.NoSuchKey);
            refused.Key.ShouldBe(key);
        }

        _home.Files.OperationCount.ShouldBe(operations);
    }

    [Theory]
    [InlineData("removed", false)]
    [InlineData("removed", true)]
    [InlineData("expired", false)]
    [InlineData("expired", true)]
    public async Task UpdateBlob_EntryGoesWhileTheStreamIsRead_IsRefusedAndLeavesNothing(string how, bool isAsync)
    {
        using var store = _home.Open();
        store.SetBlob("k", 1, [1], new KvEntryOptions { TimeToLive = TimeSpan.FromMinutes(1) });
        var content = new TricklingStream(BlobHome.Content(1000)) { AfterRead = _ => Go() };

        var refused = isAsync
            ? await Should.ThrowAsync<KvBlobException>(() => store.UpdateBlobAsync("k", content, cancellationToken: Token).AsTask())
            : Should.Throw<KvBlobException>(() => store.UpdateBlob("k", content));

        refused.Reason.ShouldBe(KvBlobProblem.NoSuchKey);
        store.Exists("k").ShouldBeFalse();
        _home.BlobFiles().Count.ShouldBe(1, "the old one, until the next save");

        void Go()
        {
            if (how == "removed")
            {
                store.Remove("k");
            }
            else
            {
                _home.Clock.Advance(TimeSpan.FromMinutes(1));
            }
        }
    }

    [Fact]
    public void SetBlob_InstantPassesWhileTheStreamIsRead_IsRefusedAndLeavesNothing()
    {
        using var store = _home.Open();
        var content = new TricklingStream(BlobHome.Content(1000)) { AfterRead = _ => _home.Clock.Advance(TimeSpan.FromMinutes(1)) };
        Should.Throw<ArgumentOutOfRangeException>(() => store.SetBlob("k", 1, content, new KvEntryOptions { AbsoluteExpiration = _home.Clock.GetUtcNow().AddSeconds(30) }));

        store.Exists("k").ShouldBeFalse();
        _home.BlobFiles().ShouldBeEmpty();
    }

    [Fact]
    public void SetBlob_RelativeLife_CountsFromWhenTheBlobIsWritten()
    {
        using var store = _home.Open();
        var content = new TricklingStream([1]) { AfterRead = _ => _home.Clock.Advance(TimeSpan.FromMinutes(1)) };
        store.SetBlob("k", 1, content, new KvEntryOptions { TimeToLive = TimeSpan.FromSeconds(30) });
        store.GetTimeToLive("k").Remaining.ShouldBe(TimeSpan.FromSeconds(30));
    }

    [Fact]
    public async Task StoreDisposedWhileTheStreamIsRead_WriterIsTold_AndNothingIsLeft()
    {
        foreach (var isAsync in new[] { false, true })
        {
            var store = _home.Open();
            var content = new TricklingStream(BlobHome.Content(1000)) { AfterRead = _ => store.Dispose() };
            if (isAsync)
            {
                await Should.ThrowAsync<ObjectDisposedException>(() => store.SetBlobAsync("k", 1, content, cancellationToken: Token).AsTask());
            }
            else
            {
                Should.Throw<ObjectDisposedException>(() => store.SetBlob("k", 1, content));
            }

            _home.BlobFiles().ShouldBeEmpty();
        }

        using var reopened = _home.Open();
        reopened.Exists("k").ShouldBeFalse();
    }

    [Fact]
    public async Task FileThatSomebodyDeleted_IsNamed_AndAnotherBlobMendsIt()
    {
        using var store = _home.Open();
        store.SetBlob("k", 1, [1]);
        var name = _home.BlobFiles().ShouldHaveSingleItem();
        _home.Disk.Delete($"/data/blobs/{name}");

        BlobCalls.Problem(store, "k").ShouldBe(KvBlobProblem.FileMissing);
        Should.Throw<KvBlobException>(() => store.OpenBlob("k")).Message.ShouldContain($"blobs/{name}");
        (await Should.ThrowAsync<KvBlobException>(async () => await store.GetBlobAsync("k", Token))).Reason.ShouldBe(KvBlobProblem.FileMissing);
        store.UpdateBlob("k", [2]);
        store.GetBlob("k").ShouldBe([2]);
    }

    [Fact]
    public async Task DiskThatRefuses_IsReported()
    {
        using var store = _home.Open();
        store.SetBlob("k", 1, [1]);
        foreach (var kind in new[] { FileOperationKind.OpenRead, FileOperationKind.GetLength, FileOperationKind.Read })
        {
            _home.Files.FailWhen(kind, FileFault.InputOutput);
            Should.Throw<KvStoreUnavailableException>(() => store.GetBlob("k"), kind.ToString()).Message.ShouldContain("/data/blobs");
            await Should.ThrowAsync<KvStoreUnavailableException>(async () => await store.GetBlobAsync("k", Token), kind.ToString());
            if (kind != FileOperationKind.Read)
            {
                Should.Throw<KvStoreUnavailableException>(() => store.OpenBlob("k"));
                await Should.ThrowAsync<KvStoreUnavailableException>(async () => await store.OpenBlobAsync("k", Token));
            }

            _home.Files.Heal();
        }

        store.GetBlob("k").ShouldBe([1]);
    }

    private static ReadOnlySequence<byte> One => new([1]);

    /// <summary>What each way throws that takes a stream, for the key "k".</summary>
    private static async Task<IReadOnlyList<TException>> FailuresOf<TException>(KvStore store, Func<Stream> content, long? length = null)
        where TException : Exception =>
    [
        Should.Throw<TException>(() => store.SetBlob("k", 2, content(), length: length)),
        Should.Throw<TException>(() => store.UpdateBlob("k", content(), length)),
        await Should.ThrowAsync<TException>(() => store.SetBlobAsync("k", 2, content(), length: length, cancellationToken: Token).AsTask()),
        await Should.ThrowAsync<TException>(() => store.UpdateBlobAsync("k", content(), length, Token).AsTask()),
    ];

    private void CheckUntouched(KvStore store, bool hasBlob)
    {
        store.TryGet<int>("k", out var value).ShouldBeTrue();
        value.ShouldBe(1);
        if (hasBlob)
        {
            store.GetBlob("k").ShouldBe([1]);
        }

        _home.BlobFiles().Count.ShouldBe(hasBlob ? 1 : 0);
    }
}
