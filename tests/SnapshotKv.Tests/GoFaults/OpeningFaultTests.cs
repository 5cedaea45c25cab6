using SnapshotKv.Tests.Store;

namespace SnapshotKv.Tests.GoFaults;

/// <summary>Faults of the original around opening what is on the disk; the table is <c>docs/faults-of-the-original.md</c>.</summary>
public sealed class OpeningFaultTests
{
    private const string Name = "snapshots/data-20260301-143022-0001.msgpack";

    [Fact]
    public void Fault16_NothingReadable_OpeningFailsAndSnapshotsAndBlobsStay()
    {
        using var copy = new GoDirectoryCopy("corrupt-all");
        var snapshots = copy.Describe("snapshots");
        var blobs = copy.Describe("blobs");

        Should.Throw<KvStoreCorruptedException>(() => KvStore.Open(copy.Options));

        copy.Describe("snapshots").ShouldBe(snapshots);
        copy.Describe("blobs").ShouldBe(blobs);
    }

    [Theory]
    [InlineData("blobs", KvFormat.Json)]
    [InlineData("json-gzip", KvFormat.MessagePack)]
    [InlineData("corrupt-newest", KvFormat.MessagePack)]
    public void Fault17_OtherFormatOrFallback_LosesNoEntryAndNoBlob(string fixture, KvFormat format)
    {
        using var copy = new GoDirectoryCopy(fixture);
        var blobs = copy.Describe("blobs");
        var options = copy.Options;
        options.Format = format;
        long count;
        using (var store = KvStore.Open(options))
        {
            count = store.Count();
            count.ShouldBePositive();
            store.Set("added", 1);
        }

        using (var reopened = KvStore.Open(options))
        {
            reopened.Count().ShouldBe(count + 1);
        }

        copy.Describe("blobs").ShouldBe(blobs);
    }

    [Fact]
    public void Fault28_WrittenByV020_IsReadAsItWasMeant()
    {
        using (var copy = new GoDirectoryCopy("v020-strings-only"))
        using (var store = KvStore.Open(copy.Options))
        {
            store.Scan<object>().Select(entry => entry.Value).ShouldContain("secret123");
        }

        using (var copy = new GoDirectoryCopy("v020-mixed-values"))
        {
            var blobs = copy.Describe("blobs");
            using (var store = KvStore.Open(copy.Options))
            {
                store.Count().ShouldBePositive();
            }

            copy.Describe("blobs").ShouldBe(blobs);
        }
    }

    [Fact]
    public void Fault29_EntryOrTimeThatIsNil_IsDamageOrNothing()
    {
        var home = new StoreHome();

        // {"version": 2, "created_at": nil, "data": {}}
        home.WriteFile(Name, [0x83, 0xA7, .. "version"u8, 2, 0xAA, .. "created_at"u8, 0xC0, 0xA4, .. "data"u8, 0x80]);
        using (var store = home.Open())
        {
            store.Count().ShouldBe(0);
        }

        // {"version": 2, "data": {"k": nil}}
        home.WriteFile(Name, [0x82, 0xA7, .. "version"u8, 2, 0xA4, .. "data"u8, 0x81, 0xA1, (byte)'k', 0xC0]);
        Should.Throw<KvStoreCorruptedException>(() => home.Open());
    }

    [Fact]
    public void Fault30_AnyBitFlippedWithoutCompression_IsFoundOrDoesNotMatter()
    {
        var home = new StoreHome();
        using (var store = home.Open(options => options.Compression = KvCompression.None))
        {
            store.Set("text", "some text");
            store.Set("number", 70_000, TimeSpan.FromDays(1));
            store.Set("list", new List<int> { 1, 2, 3 });
        }

        var name = "snapshots/" + home.Snapshots().Single();
        var bytes = home.ReadFile(name);
        var expected = Contents(home);
        var found = 0;
        for (var bit = 0; bit < bytes.Length * 8; bit++)
        {
            var flipped = bytes.ToArray();
            flipped[bit / 8] ^= (byte)(1 << (bit % 8));
            home.WriteFile(name, flipped);
            try
            {
                Contents(home).ShouldBe(expected, $"bit {bit} flipped");
            }
            catch (KvStoreCorruptedException)
            {
                found++;
            }
        }

        // All but what does not matter, such as the time of saving, if even that.
        found.ShouldBeGreaterThan(bytes.Length * 7);
    }

    [Fact]
    public void Fault33_BlobReferenceThatIsAPath_LeadsNowhere()
    {
        const string Reference = "../../../outside";
        var home = new StoreHome();
        home.Disk.CreateDirectory(StoreHome.Path);
        home.Disk.CreateNew("/outside.bin").Dispose();
        home.WriteFile(
            Name,
            [0x82, 0xA7, .. "version"u8, 2, 0xA4, .. "data"u8, 0x81, 0xA1, (byte)'k', 0x83, 0xA5, .. "value"u8, 0xC4, 1, 7, 0xAA, .. "expires_at"u8, 0, 0xA8, .. "blob_ref"u8, 0xA0 | 16, .. System.Text.Encoding.UTF8.GetBytes(Reference)]);
        using (var store = home.Open())
        {
            store.TryGet<int>("k", out var value).ShouldBeTrue();
            value.ShouldBe(7);
            Should.Throw<KvBlobException>(() => store.GetBlob("k")).Reason.ShouldBe(KvBlobProblem.FileMissing);
            Should.Throw<KvBlobException>(() => store.OpenBlob("k")).Reason.ShouldBe(KvBlobProblem.FileMissing);
            store.UpdateBlob("k", [1]);
            store.GetBlob("k").ShouldBe([1]);
            store.Remove("k").ShouldBeTrue();
        }

        home.Files.Trace.ShouldNotContain(operation => operation.Path.Contains("outside", StringComparison.Ordinal));
        home.Disk.FileExists("/outside.bin").ShouldBeTrue();
    }

    [Fact]
    public void Fault35_KeysThatAreNotUtf8_StayApart()
    {
        using var copy = new GoDirectoryCopy("invalid-utf8");
        long count;
        int opaque;
        using (var store = KvStore.Open(copy.Options))
        {
            (count, opaque) = (store.Count(), store.OpaqueKeyCount);
            opaque.ShouldBePositive();
            store.Set("added", 1);
        }

        using (var reopened = KvStore.Open(copy.Options))
        {
            reopened.Count().ShouldBe(count + 1);
            reopened.OpaqueKeyCount.ShouldBe(opaque);
        }
    }

    private static string Contents(StoreHome home)
    {
        using var store = home.Open(options => options.SaveDebounce = Timeout.InfiniteTimeSpan);
        return string.Join('\n', store.Scan<object>().Select(entry =>
            $"{entry.Key} = {(entry.Value is List<object?> list ? string.Join(',', list) : entry.Value)}, {store.GetTimeToLive(entry.Key).Remaining}"));
    }
}
