using System.Buffers;
using System.Globalization;
using System.Text.RegularExpressions;
using SnapshotKv.Testing;
using SnapshotKv.Tests.Blobs;

namespace SnapshotKv.Tests.Store;

/// <summary>What blobs do when all goes well.</summary>
public sealed partial class KvStoreBlobTests
{
    private readonly StoreHome _home = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [MemberData(nameof(BlobCalls.Ways), MemberType = typeof(BlobCalls))]
    public async Task SetBlob_AnyLength_ValueAndBlobAreThereNowAndAfterReopening(string way)
    {
        var large = BlobHome.Content(2_100_003);
        using (var store = _home.Open())
        {
            await BlobCalls.SetAsync(way, store, "empty", 1, []);
            await BlobCalls.SetAsync(way, store, "one", 2, [7]);
            await BlobCalls.SetAsync(way, store, "large", 3, large);
            await Check(store);
        }

        using var reopened = _home.Open();
        await Check(reopened);
        _home.BlobFiles().Count.ShouldBe(3);

        async Task Check(KvStore store)
        {
            foreach (var (key, value, content) in new (string, int, byte[])[] { ("empty", 1, []), ("one", 2, [7]), ("large", 3, large) })
            {
                store.TryGet<int>(key, out var found).ShouldBeTrue();
                found.ShouldBe(value);
                store.TryGetInfo(key, out var info).ShouldBeTrue();
                info.HasBlob.ShouldBeTrue();
                store.GetBlob(key).AsSpan().SequenceEqual(content).ShouldBeTrue(key);
                (await store.GetBlobAsync(key, Token)).AsSpan().SequenceEqual(content).ShouldBeTrue(key);
                await using var stream = await store.OpenBlobAsync(key, Token);
                var copy = new MemoryStream();
                await stream.CopyToAsync(copy, Token);
                copy.ToArray().AsSpan().SequenceEqual(content).ShouldBeTrue(key);
            }
        }
    }

    [Theory]
    [MemberData(nameof(BlobCalls.Ways), MemberType = typeof(BlobCalls))]
    public async Task UpdateBlob_AnotherOneOrTheFirst_KeepsValueLifeAndTags(string way)
    {
        using var store = _home.Open();
        var options = new KvEntryOptions { TimeToLive = TimeSpan.FromHours(1), SlidingExpiration = TimeSpan.FromMinutes(10), Tags = ["red", "round"] };
        await BlobCalls.SetAsync(way, store, "k", 42, [1], options);
        store.Set("without", 43, new KvEntryOptions { TimeToLive = TimeSpan.FromMinutes(30), Tags = ["red"] });
        store.TryGetInfo("k", out var before).ShouldBeTrue();
        _home.Clock.Advance(TimeSpan.FromMinutes(4));

        await BlobCalls.UpdateAsync(way, store, "k", [2, 2]);
        await BlobCalls.UpdateAsync(way, store, "without", [3, 3, 3]);

        store.GetTimeToLive("k").Remaining.ShouldBe(TimeSpan.FromMinutes(10), "as with a read, the expiry slides");
        store.GetTimeToLive("without").Remaining.ShouldBe(TimeSpan.FromMinutes(26));
        store.TryGetInfo("k", out var after).ShouldBeTrue();
        after.Version.ShouldBeGreaterThan(before.Version);
        after.SlidingExpiration.ShouldBe(TimeSpan.FromMinutes(10));
        store.GetBlob("k").ShouldBe([2, 2]);
        store.GetBlob("without").ShouldBe([3, 3, 3]);
        store.GetKeysByTag("red").ShouldBe(["k", "without"]);
        store.GetKeysByTag("round").ShouldBe(["k"]);
        store.TryGet<int>("k", out var value).ShouldBeTrue();
        value.ShouldBe(42);
        for (var i = 0; i < 11; i++)
        {
            _home.Clock.Advance(TimeSpan.FromMinutes(5));
            store.Refresh("k");
        }

        _home.Clock.Advance(TimeSpan.FromMinutes(1));
        store.Exists("k").ShouldBeFalse("the hour counts from when the entry was set");
    }

    [Fact]
    public void SetBlob_WithLife_EndsWithIt()
    {
        using var store = _home.Open();
        store.SetBlob("k", 1, [1], new KvEntryOptions { TimeToLive = TimeSpan.FromMinutes(1) });
        store.SetBlob("sliding", 1, [1], new KvEntryOptions { SlidingExpiration = TimeSpan.FromMinutes(1) });
        _home.Clock.Advance(TimeSpan.FromSeconds(40));
        store.GetBlob("sliding").ShouldBe([1]);
        _home.Clock.Advance(TimeSpan.FromSeconds(40));
        using (store.OpenBlob("sliding"))
        {
            BlobCalls.Problem(store, "k").ShouldBe(KvBlobProblem.NoSuchKey);
        }

        _home.Clock.Advance(TimeSpan.FromSeconds(40));
        store.Exists("sliding").ShouldBeTrue("opening a blob is a read");
    }

    [Fact]
    public async Task OpenBlob_Stream_CanBeSoughtInAndReadAsynchronously()
    {
        using var store = _home.Open();
        var content = BlobHome.Content(300_000);
        store.SetBlob("k", 1, content);
        await using var stream = store.OpenBlob("k");

        stream.CanSeek.ShouldBeTrue();
        stream.CanWrite.ShouldBeFalse();
        stream.Length.ShouldBe(content.Length);
        stream.Seek(-10, SeekOrigin.End);
        var tail = new byte[10];
        await stream.ReadExactlyAsync(tail, Token);
        tail.ShouldBe(content[^10..]);
        (await stream.ReadAsync(tail, Token)).ShouldBe(0);
        stream.Position = 1234;
        stream.ReadByte().ShouldBe(content[1234]);
        store.SetBlob("copy", 2, stream);
        store.GetBlob("copy").ShouldBe(content[1235..]);
    }

    [Fact]
    public void OpenBlob_EntryOverwrittenRemovedAndFileCollected_StreamGoesOnGivingTheSameBytes()
    {
        using var store = _home.Open(options => options.MaxSnapshots = 1);
        var content = BlobHome.Content(200_000);
        store.SetBlob("k", 1, content);
        using var stream = store.OpenBlob("k");
        stream.ReadByte().ShouldBe(content[0]);
        store.SetBlob("k", 1, [9]);
        store.Save();
        store.Remove("k");
        store.Save();
        store.Dispose();

        _home.BlobFiles().ShouldBeEmpty();
        var rest = new MemoryStream();
        stream.CopyTo(rest);
        rest.ToArray().AsSpan().SequenceEqual(content.AsSpan(1)).ShouldBeTrue();
    }

    [Fact]
    public void Partition_HasItsOwnBlobs_WithItsDefaults()
    {
        using var store = _home.Open();
        var partition = store.GetPartition("p:", new KvPartitionOptions { DefaultEntryOptions = new KvEntryOptions { TimeToLive = TimeSpan.FromMinutes(5), Tags = ["p"] } });
        partition.SetBlob("k", 1, [1]);
        store.SetBlob("p:never", 1, [2], new KvEntryOptions { Tags = ["mine"] });

        store.GetBlob("p:k").ShouldBe([1]);
        partition.GetBlob("never").ShouldBe([2]);
        partition.GetTimeToLive("k").Remaining.ShouldBe(TimeSpan.FromMinutes(5));
        partition.UpdateBlob("never", [3]);
        store.GetTimeToLive("p:never").ShouldBe(KvTimeToLive.Unlimited);
        store.GetKeysByTag("mine").ShouldBe(["p:never"]);
        BlobCalls.Problem((IKvBlobs)partition.GetPartition("deeper:"), "k").ShouldBe(KvBlobProblem.NoSuchKey);
    }

    [Theory]
    [InlineData(KvFormat.MessagePack, "2a")]
    [InlineData(KvFormat.Json, "3432")]
    public async Task SetEncodedWithBlob_EitherFormat_KeepsTheValueAsItIs(KvFormat format, string hex)
    {
        var encoded = new ReadOnlySequence<byte>(Convert.FromHexString(hex));
        using (var store = _home.Open(options => options.Format = format))
        {
            store.SetEncodedWithBlob("bytes", encoded, [1]);
            store.SetEncodedWithBlob("stream", encoded, new MemoryStream([2]));
            await store.SetEncodedWithBlobAsync("bytes async", encoded, new byte[] { 3 }, cancellationToken: Token);
            await store.SetEncodedWithBlobAsync("stream async", encoded, new MemoryStream([4]), cancellationToken: Token);
        }

        using var reopened = _home.Open(options => options.Format = format);
        byte expected = 0;
        foreach (var key in new[] { "bytes", "stream", "bytes async", "stream async" })
        {
            reopened.TryGet<int>(key, out var value).ShouldBeTrue();
            value.ShouldBe(42);
            reopened.GetBlob(key).ShouldBe([++expected], key);
        }
    }

    [Fact]
    public void WritesOfTheValueOnly_KeepTheBlob()
    {
        using var store = _home.Open();
        store.SetBlob("k", 5L, [1, 2]);
        store.Increment("k").ShouldBe(6);
        store.Commit(new KvBatch().UpdateEncoded("k", new ReadOnlySequence<byte>([0x07])));
        store.TryGet<long>("k", out _, out var version).ShouldBeTrue();
        store.TryUpdate("k", 8L, version).ShouldBeTrue();
        store.TryAdd("k", 9L).ShouldBeFalse();

        store.GetBlob("k").ShouldBe([1, 2]);
        store.TryGet<long>("k", out var value).ShouldBeTrue();
        value.ShouldBe(8);
    }

    [Fact]
    public void WritesOfTheWholeEntry_DropTheBlob()
    {
        var drops = new (string Name, Action<KvStore> Drop, KvBlobProblem Problem)[]
        {
            ("set", store => store.Set("k", 2), KvBlobProblem.NoBlob),
            ("set bytes", store => store.SetBytes("k", [2]), KvBlobProblem.NoBlob),
            ("set encoded", store => store.SetEncoded("k", new ReadOnlySequence<byte>([2])), KvBlobProblem.NoBlob),
            ("batch set", store => store.Commit(new KvBatch().SetBytes("k", [2]).SetBytes("other", [2])), KvBlobProblem.NoBlob),
            ("set many", store => store.SetMany(new Dictionary<string, int> { ["k"] = 2 }), KvBlobProblem.NoBlob),
            ("remove", store => store.Remove("k"), KvBlobProblem.NoSuchKey),
            ("remove and add", store => (store.Remove("k") && store.TryAdd("k", 3)).ShouldBeTrue(), KvBlobProblem.NoBlob),
            ("batch remove", store => store.Commit(new KvBatch().Remove("k")), KvBlobProblem.NoSuchKey),
            ("remove by prefix", store => store.RemoveByPrefix("k"), KvBlobProblem.NoSuchKey),
            ("remove by tag", store => store.RemoveByTag("t"), KvBlobProblem.NoSuchKey),
            ("clear", store => store.Clear(), KvBlobProblem.NoSuchKey),
            ("expiry", _ => _home.Clock.Advance(TimeSpan.FromHours(1)), KvBlobProblem.NoSuchKey),
        };
        foreach (var (name, drop, problem) in drops)
        {
            using (var store = _home.Open(options => options.MaxSnapshots = 1))
            {
                store.SetBlob("k", 1, [1], new KvEntryOptions { TimeToLive = TimeSpan.FromHours(1), Tags = ["t"] });
                store.Save();
                drop(store);
                BlobCalls.Problem(store, "k").ShouldBe(problem, name);
                if (store.TryGetInfo("k", out var info))
                {
                    info.HasBlob.ShouldBeFalse(name);
                }

                store.Set("something", name);
                store.Save();
                _home.BlobFiles().ShouldBeEmpty(name);
            }

            using var reopened = _home.Open();
            BlobCalls.Problem(reopened, "k").ShouldBe(problem, name);
        }
    }

    [Fact]
    public void Files_LieWhereGoLooksForThem()
    {
        using (var store = _home.Open())
        {
            store.SetBlob("k", 1, [1, 2, 3]);
            store.SetBlob("l", 1, new MemoryStream([4, 5]));
        }

        foreach (var name in _home.BlobFiles())
        {
            var match = GoBlobFile().Match(name);
            match.Success.ShouldBeTrue(name);
            match.Groups["id"].Value[^3..].ShouldBe(match.Groups["shard"].Value);
            var milliseconds = long.Parse(match.Groups["id"].Value.Replace("-", "", StringComparison.Ordinal).AsSpan(0, 12), NumberStyles.HexNumber, CultureInfo.InvariantCulture);
            milliseconds.ShouldBe(_home.Clock.GetUtcNow().ToUnixTimeMilliseconds());
        }

        _home.BlobFiles().Select(name => _home.Disk.Take($"/data/blobs/{name}").Length).Order().ShouldBe([2, 3]);
        var snapshot = System.Text.Encoding.Latin1.GetString(Unpack(_home.ReadFile($"snapshots/{_home.Snapshots().ShouldHaveSingleItem()}")));
        foreach (var name in _home.BlobFiles())
        {
            snapshot.ShouldContain($"blob_ref\u00d9\u0024{name[4..^4]}");
        }
    }

    [Theory]
    [InlineData("blobs")]
    [InlineData("ttl")]
    public async Task GetBlob_OfADirectoryThatGoWrote_IsWhatGoStored(string fixture)
    {
        var expected = Fixtures.LoadExpected(fixture);
        var asOf = DateTimeOffset.UnixEpoch.AddTicks(long.Parse((string)expected["asOfUnixNano"]!, CultureInfo.InvariantCulture) / 100);
        var home = new StoreHome(clock: new ManualTimeProvider(asOf));
        Fixtures.CopyTo(fixture, home.Disk, StoreHome.Path);
        using var store = home.Open();
        var blobs = 0;
        foreach (var entry in Fixtures.LoadSnapshots(fixture).MaxBy(snapshot => (string)snapshot["file"]!, StringComparer.Ordinal)!["entries"]!.AsArray().Select(node => node!.AsObject()))
        {
            var key = (string)entry["key"]!;
            if ((bool)entry["expired"]!)
            {
                BlobCalls.Problem(store, key).ShouldBe(KvBlobProblem.NoSuchKey, key);
            }
            else if (entry["blob"] is not { } blob)
            {
                BlobCalls.Problem(store, key).ShouldBe(KvBlobProblem.NoBlob, key);
            }
            else if (!(bool)blob["present"]!)
            {
                BlobCalls.Problem(store, key).ShouldBe(KvBlobProblem.FileMissing, key);
                (await Should.ThrowAsync<KvBlobException>(() => store.GetBlobAsync(key, Token).AsTask())).Message.ShouldContain((string)entry["blobRef"]!);
                (await Should.ThrowAsync<KvBlobException>(() => store.OpenBlobAsync(key, Token).AsTask())).Reason.ShouldBe(KvBlobProblem.FileMissing);
            }
            else
            {
                blobs++;
                var content = store.GetBlob(key);
                content.LongLength.ShouldBe((long)blob["size"]!);
                Fixtures.Sha256(content).ShouldBe((string)blob["sha256"]!, key);
            }
        }

        blobs.ShouldBePositive();
    }

    private static byte[] Unpack(byte[] gzip)
    {
        var bytes = new MemoryStream();
        using var unpacked = new System.IO.Compression.GZipStream(new MemoryStream(gzip), System.IO.Compression.CompressionMode.Decompress);
        unpacked.CopyTo(bytes);
        return bytes.ToArray();
    }

    [GeneratedRegex("^(?<shard>[0-9a-f]{3})/(?<id>[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12})\\.bin$", RegexOptions.ExplicitCapture)]
    private static partial Regex GoBlobFile();
}
