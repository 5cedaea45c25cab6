using System.Buffers;
using System.IO.Compression;
using System.Text;
using SnapshotKv.FileSystem;
using SnapshotKv.Format;
using SnapshotKv.Snapshots;
using SnapshotKv.Testing;
using Record = SnapshotKv.Format.Record;

namespace SnapshotKv.Tests.Snapshots;

public sealed class SnapshotWriterTests
{
    private const string Temporary = SnapshotFiles.Path + ".tmp";

    private static readonly SnapshotContents Contents = new(KvFormat.MessagePack, 17, SnapshotFiles.CreatedAt);

    [Fact]
    public void Write_NoExtras_IsGosLayoutWithOurFieldsAtTheEnds()
    {
        var bytes = SnapshotFiles.Write([SnapshotFiles.NewRecord("counter", [0x2a])]);

        Convert.ToHexStringLower(bytes).ShouldStartWith(
            "87a776657273696f6e02aa637265617465645f6174d7ff1d6f32f069a43f6ea873657175656e636511a7656e747269657301a6726561736f6ea7756e6b6e6f776ea46461746181a7636f756e746572"
            + "83a576616c7565c4012aaa657870697265735f6174d30000000000000000a8626c6f625f726566a0a8636865636b73756dce");
    }

    [Fact]
    public void Write_Json_IsGosLayoutSortedByKeyBytes()
    {
        var text = Encoding.UTF8.GetString(SnapshotFiles.Write(
            [
                SnapshotFiles.NewRecord("\uE000", "1"u8, flags: RecordFlags.Json),
                SnapshotFiles.NewRecord("😀", "2"u8, flags: RecordFlags.Json),
                SnapshotFiles.NewRecord("a\"\\\n<>&\u2028\u007f\u0001é", "42"u8, 5, "b", 7, 9, ["x", "y"], RecordFlags.Json),
            ],
            KvFormat.Json));

        // U+E000 sorts before an emoji by UTF-8, and after it by UTF-16.
        text.ShouldStartWith(
            """{"version":2,"created_at":"2026-03-01T14:30:22.1234567+01:00","sequence":17,"entries":3,"reason":"unknown","data":{"a\"\\\n\u003c\u003e\u0026\u2028"""
            + "\u007f\\u0001é"
            + "\":"
            + """{"value":"NDI=","expires_at":5,"blob_ref":"b","sliding_window":7,"absolute_cap":9,"tags":["x","y"]},"""
            + "\"\uE000\":{\"value\":\"MQ==\",\"expires_at\":0,\"blob_ref\":\"\"},\"😀\":{\"value\":\"Mg==\",\"expires_at\":0,\"blob_ref\":\"\"}},\"checksum\":");
        text.ShouldEndWith("}");
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(7)]
    public void Write_AnyNumberOfWorkers_GivesTheSameBytes(int workers)
    {
        var records = ManyRecords();
        foreach (var compression in Enum.GetValues<KvCompression>())
        {
            var bytes = SnapshotFiles.Write(records, compression: compression, workers: workers);

            Fixtures.Sha256(bytes).ShouldBe(Fixtures.Sha256(SnapshotFiles.Write(records, compression: compression, workers: 1)));
        }
    }

    [Fact]
    public void Write_Gzip_IsMembersThatAnyReaderJoins()
    {
        var records = ManyRecords();
        var compressed = SnapshotFiles.Write(records, compression: KvCompression.Gzip);
        using var plain = new MemoryStream();
        using (var gzip = new GZipStream(new MemoryStream(compressed), CompressionMode.Decompress))
        {
            gzip.CopyTo(plain);
        }

        Fixtures.Sha256(plain.ToArray()).ShouldBe(Fixtures.Sha256(SnapshotFiles.Write(records)));
        var index = 0U;
        for (var rest = compressed.AsSpan(); !rest.IsEmpty; index++)
        {
            GzipMembers.TryReadHeader(rest, out var header).ShouldBeTrue();
            header.Index.ShouldBe(index);
            rest = rest[(int)header.Length..];
        }

        index.ShouldBeGreaterThan(3U);
    }

    [Theory]
    [InlineData(KvFormat.MessagePack, KvCompression.None)]
    [InlineData(KvFormat.MessagePack, KvCompression.Gzip)]
    [InlineData(KvFormat.Json, KvCompression.None)]
    [InlineData(KvFormat.Json, KvCompression.Gzip)]
    public void Write_NoEntries_ReadsAsEmpty(KvFormat format, KvCompression compression)
    {
        var (header, sink) = SnapshotFiles.Read(SnapshotFiles.Write([], format, compression));

        header.Count.ShouldBe(0);
        header.Format.ShouldBe(format);
        sink.Records.ShouldBeEmpty();
    }

    [Theory]
    [InlineData(0)]
    [InlineData(2)]
    [InlineData(7)]
    public void Write_EveryOptionalPart_ReadsEqual(int deadlines)
    {
        var deadline = long.MaxValue / 7 * deadlines;
        var records = new List<Record>();
        for (var parts = 0; parts < 16; parts++)
        {
            records.Add(SnapshotFiles.NewRecord(
                $"k{parts}",
                [0xc4, 0x01, 0x00],
                deadline,
                (parts & 1) != 0 ? new string('b', 300) : "",
                (parts & 2) != 0 && deadline != 0 ? long.MaxValue : 0,
                (parts & 4) != 0 ? long.MinValue : 0,
                (parts & 8) != 0 ? ["", new string('t', 40), new string('u', 65_535)] : null));
        }

        var expected = SnapshotFiles.Describe(records.OrderBy(record => Convert.ToHexString(record.Key), StringComparer.Ordinal));
        SnapshotFiles.Describe(SnapshotFiles.Read(SnapshotFiles.Write(records)).Sink.Records).ShouldBe(expected);
    }

    [Fact]
    public void Write_RecordOfTheOtherFormat_Throws()
    {
        Should.Throw<ArgumentException>(() => SnapshotFiles.Write([SnapshotFiles.NewRecord("k", "1"u8, flags: RecordFlags.Json)]));
        Should.Throw<ArgumentException>(() => SnapshotFiles.Write([SnapshotFiles.NewRecord("k", [1])], KvFormat.Json));
    }

    [Fact]
    public void Write_OpaqueKeysAsJson_ThrowsAndSaysHowMany()
    {
        var opaque = Record.Create(new RecordParts { Key = [0xff], Value = "1"u8, Flags = RecordFlags.Json | RecordFlags.OpaqueKey });

        var exception = Should.Throw<KvSerializationException>(() => SnapshotFiles.Write([opaque, opaque], KvFormat.Json));
        exception.Message.ShouldContain("2 keys");
        exception.Message.ShouldContain("MessagePack");
    }

    [Theory]
    [InlineData(1)]
    [InlineData(6)]
    [InlineData(100_000)]
    public void Write_InPartsOfAnyLength_GivesTheSameBytes(int length)
    {
        var files = SnapshotFiles.NewFileSystem();

        new SnapshotWriter(files).Write(SnapshotFiles.Path, new RecordsInParts(ManyRecords(), length), Contents, KvCompression.Gzip, 2, TestContext.Current.CancellationToken);

        Fixtures.Sha256(files.Take(SnapshotFiles.Path)).ShouldBe(Fixtures.Sha256(SnapshotFiles.Write(ManyRecords(), compression: KvCompression.Gzip)));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void Write_RangesAreWrittenWhileTheRestIsStillToCome(int workers)
    {
        var files = SnapshotFiles.NewFileSystem();
        long written = 0;
        var records = new RecordsInParts(ManyRecords(), 10) { Asked = () => written = files.FileExists(Temporary) ? files.Take(Temporary).Length : 0 };

        var size = new SnapshotWriter(files).Write(SnapshotFiles.Path, records, Contents, KvCompression.None, workers, TestContext.Current.CancellationToken);

        // Of what is a megabyte or so each, as many are under way as there are threads, and one more.
        size.ShouldBeGreaterThan((workers + 1) << 20);
        written.ShouldBeGreaterThanOrEqualTo(size - ((workers + 1) << 20));
    }

    [Theory]
    [InlineData(KvCompression.None)]
    [InlineData(KvCompression.Gzip)]
    public void Write_CancelledInTheMiddle_ThrowsSoon_AndLeavesNothing(KvCompression compression)
    {
        var files = SnapshotFiles.NewFileSystem();
        using var cancellation = new CancellationTokenSource();
        var asked = 0;
        var records = new RecordsInParts(ManyRecords(), 10)
        {
            Asked = () =>
            {
                if (++asked == 3)
                {
                    cancellation.Cancel();
                }
            },
        };

        Should.Throw<OperationCanceledException>(() => new SnapshotWriter(files).Write(SnapshotFiles.Path, records, Contents, compression, 2, cancellation.Token));
        asked.ShouldBeLessThan(records.Count / 10 / 2);
        files.List("/store/snapshots").ShouldBeEmpty();
    }

    [Fact]
    public void Write_Cancelled_OnceAllIsTaken_IsWrittenNevertheless()
    {
        var files = SnapshotFiles.NewFileSystem();
        using var cancellation = new CancellationTokenSource();
        var entries = ManyRecords();
        var left = entries.Count;
        var records = new RecordsInParts(entries, 1)
        {
            Asked = () =>
            {
                // At the end, when there is nothing more.
                if (left-- == 0)
                {
                    cancellation.Cancel();
                }
            },
        };

        new SnapshotWriter(files).Write(SnapshotFiles.Path, records, Contents, KvCompression.Gzip, 2, cancellation.Token).ShouldBePositive();
        cancellation.IsCancellationRequested.ShouldBeTrue();
        files.FileExists(SnapshotFiles.Path).ShouldBeTrue();
    }

    [Fact]
    public void JsonOrder_Disposed_LeavesNothingInThePool()
    {
        var records = Enumerable.Range(0, 100_000).Select(static i => SnapshotFiles.NewRecord($"{i}", "1"u8, flags: RecordFlags.Json)).ToList();
        var order = new JsonOrder(new RecordsInParts(records));
        order.Next().Length.ShouldBe(records.Count);

        order.Dispose();
        order.Dispose();

        // The same thread is given what it gave back.
        var pooled = ArrayPool<Record>.Shared.Rent(records.Count);
        pooled.ShouldAllBe(static record => record.IsNull);
        ArrayPool<Record>.Shared.Rent(records.Count).ShouldNotBeSameAs(pooled);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(-1)]
    public void JsonOrder_NotAsManyAsAnnounced_Throws(int difference)
    {
        var records = new RecordsInParts([SnapshotFiles.NewRecord("k", "1"u8, flags: RecordFlags.Json), SnapshotFiles.NewRecord("l", "1"u8, flags: RecordFlags.Json)]) { AnnouncedCount = 2 + difference };

        Should.Throw<InvalidOperationException>(() => new JsonOrder(records));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(-1)]
    public void Write_NotAsManyAsAnnounced_ThrowsAndLeavesNothing(int difference)
    {
        var files = SnapshotFiles.NewFileSystem();
        var records = ManyRecords();

        Should.Throw<InvalidOperationException>(() => new SnapshotWriter(files).Write(
            SnapshotFiles.Path, new RecordsInParts(records) { AnnouncedCount = records.Count + difference }, Contents, KvCompression.None, 2, TestContext.Current.CancellationToken));
        files.List("/store/snapshots").ShouldBeEmpty();
    }

    [Fact]
    public void Write_OpaqueKeys_ComeBackAsTheyWere()
    {
        var opaque = Record.Create(new RecordParts { Key = [0xff, 0xfe], Value = [1], Flags = RecordFlags.OpaqueKey });

        var (header, sink) = SnapshotFiles.Read(SnapshotFiles.Write([opaque]));
        header.OpaqueKeyCount.ShouldBe(1);
        SnapshotFiles.Describe(sink.Records).ShouldBe(SnapshotFiles.Describe([opaque]));
    }

    [Fact]
    public void Write_TemporaryFileLeftOver_IsReplaced()
    {
        var files = SnapshotFiles.NewFileSystem();
        files.Put(Temporary, new byte[10_000]);

        Write(files, []);

        files.List("/store/snapshots").ShouldHaveSingleItem().Name.ShouldBe(Path.GetFileName(SnapshotFiles.Path));
    }

    [Fact]
    public void Write_Returned_SurvivesAPowerCut()
    {
        var files = SnapshotFiles.NewFileSystem();

        Write(files, ManyRecords());

        Fixtures.Sha256(files.CrashImage(CrashKind.PowerCutLosingAll).Take(SnapshotFiles.Path)).ShouldBe(Fixtures.Sha256(files.Take(SnapshotFiles.Path)));
    }

    [Theory]
    [InlineData(KvCompression.None)]
    [InlineData(KvCompression.Gzip)]
    public void Write_DiskFull_ThrowsAndLeavesNothing(KvCompression compression)
    {
        var records = ManyRecords();
        var whole = SnapshotFiles.Write(records, compression: compression).Length;
        for (var capacity = 0; capacity < whole; capacity += whole / 9)
        {
            var files = SnapshotFiles.NewFileSystem();
            files.CapacityBytes = capacity;

            Should.Throw<IOException>(() => Write(files, records, compression));
            files.List("/store/snapshots").ShouldBeEmpty();
        }
    }

    [Fact]
    public void Write_Cancelled_ThrowsAndLeavesNothing()
    {
        var files = SnapshotFiles.NewFileSystem();

        Should.Throw<OperationCanceledException>(() => new SnapshotWriter(files).Write(
            SnapshotFiles.Path, new RecordsInParts(ManyRecords()), Contents, KvCompression.Gzip, 2, new CancellationToken(canceled: true)));
        files.List("/store/snapshots").ShouldBeEmpty();
    }

    [Theory]
    [InlineData("msgpack", KvFormat.MessagePack, KvCompression.None)]
    [InlineData("msgpack.gz", KvFormat.MessagePack, KvCompression.Gzip)]
    [InlineData("json", KvFormat.Json, KvCompression.None)]
    [InlineData("json.gz", KvFormat.Json, KvCompression.Gzip)]
    public void Golden_FileFromBeforeTheCounts_StaysReadableAndItsEntriesAreStillWhatIsWritten(string extension, KvFormat format, KvCompression compression)
    {
        var path = Path.Combine(Fixtures.TestsPath, "golden", "snapshot-v1." + extension);
        var records = GoldenRecords(format);
        var bytes = File.ReadAllBytes(path);

        var (header, sink) = SnapshotFiles.Read(bytes);
        header.ShouldBe(new(format, 2, false, 17, SnapshotFiles.CreatedAt, records.Count, format == KvFormat.Json ? 0 : 1));
        SnapshotFiles.Describe(sink.Records).ShouldBe(SnapshotFiles.Describe(records));

        // What the compressor makes may change with the runtime; what is in it may not.
        EntriesOf(Expand(SnapshotFiles.Write(records, format, compression), compression)).ShouldBe(EntriesOf(Expand(bytes, compression)));
    }

    /// <summary>What stands between the fields before the entries and the checksum.</summary>
    private static byte[] EntriesOf(byte[] plain) => plain[plain.AsSpan().IndexOf("data"u8)..plain.AsSpan().LastIndexOf("checksum"u8)];

    private static byte[] Expand(byte[] bytes, KvCompression compression)
    {
        using var plain = new MemoryStream();
        using Stream source = compression == KvCompression.Gzip ? new GZipStream(new MemoryStream(bytes), CompressionMode.Decompress) : new MemoryStream(bytes);
        source.CopyTo(plain);
        return plain.ToArray();
    }

    private static void Write(IFileSystem files, List<Record> records, KvCompression compression = KvCompression.None) =>
        new SnapshotWriter(files).Write(SnapshotFiles.Path, new RecordsInParts(records), Contents, compression, 2, TestContext.Current.CancellationToken);

    private static List<Record> GoldenRecords(KvFormat format)
    {
        var json = format == KvFormat.Json;
        var flags = json ? RecordFlags.Json : RecordFlags.None;
        List<Record> records =
        [
            SnapshotFiles.NewRecord("", json ? "null"u8 : [0xc0], flags: flags),
            SnapshotFiles.NewRecord("all", json ? "[1,\"two\"]"u8 : [0x92, 0x01, 0xa3, .. "two"u8], 4102444800000000123, "01a201c8-d370-7e19-a3a5-91680bc0ff98", 60_000_000_000, 4102444800000000999, ["red", "größe"], flags),
            SnapshotFiles.NewRecord("größe 😀 <&>\n", json ? "42"u8 : [0x2a], -5, flags: flags),
        ];
        if (!json)
        {
            records.Add(Record.Create(new RecordParts { Key = [0xff, 0xfe], Value = [0xc3], Flags = RecordFlags.OpaqueKey }));
        }

        return records;
    }

    private static List<Record> ManyRecords()
    {
        var random = new Random(20260301);
        var value = new byte[400];
        value[0] = 0xc5;
        value[1] = (400 - 3) >> 8;
        value[2] = unchecked((byte)(400 - 3));
        return [.. Enumerable.Range(0, 10_000).Select(i =>
        {
            random.NextBytes(value.AsSpan(3));
            return SnapshotFiles.NewRecord($"key-{i:d6}", value);
        })];
    }
}
