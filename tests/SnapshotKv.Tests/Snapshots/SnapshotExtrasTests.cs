using System.Text;
using SnapshotKv.Format;
using SnapshotKv.Snapshots;
using SnapshotKv.Testing;
using Record = SnapshotKv.Format.Record;

namespace SnapshotKv.Tests.Snapshots;

/// <summary>What snapshots tell beside their entries: blobs and serializers, and the number read without the rest.</summary>
public sealed class SnapshotExtrasTests
{
    private const string Id = "01a201c8-127a-743e-8fcb-80e9fa74ea54";
    private const string Version2 = "a776657273696f6e02";
    private const string NoData = "a46461746180";
    private const string Blobs = "a5626c6f6273";
    private const string Serializers = "ab73657269616c697a657273";

    private static readonly string IdHex = "d924" + Convert.ToHexStringLower(Encoding.ASCII.GetBytes(Id));

    private static readonly SnapshotExtras Some = new(
        [new(Guid.Parse(Id), 3, 0), new(Guid.Parse("01a201c8-d370-7e19-a3a5-91680bc0ff98"), 0, 17), new(Guid.Empty, ulong.MaxValue - 1, ulong.MaxValue)],
        new Dictionary<string, string>(StringComparer.Ordinal) { ["größe \"<😀"] = "memory\\pack", [""] = "", ["cache:"] = new('n', 300) });

    private static readonly Dictionary<string, (string Hex, string Reason)> RefusedMessagePack = new()
    {
        ["blobs that are a map"] = ($"83{Version2}{NoData}{Blobs}80", "an array of blobs"),
        ["nil blobs"] = ($"83{Version2}{NoData}{Blobs}c0", "an array of blobs"),
        ["2^32-1 blobs"] = ($"83{Version2}{NoData}{Blobs}ddffffffff", "ends too early"),
        ["a blob that is an integer"] = ($"83{Version2}{NoData}{Blobs}9107", "an array of three"),
        ["a blob of two"] = ($"83{Version2}{NoData}{Blobs}9192{IdHex}01", "an array of three"),
        ["a blob of four"] = ($"83{Version2}{NoData}{Blobs}9194{IdHex}010000", "an array of three"),
        ["an id that is an integer"] = ($"83{Version2}{NoData}{Blobs}9193070100", "the id of a blob"),
        ["an id that is a path"] = ($"83{Version2}{NoData}{Blobs}9193a92e2e2f2e2e2f2e2e780100", "not a UUID"),
        ["an id of 2^32-1 bytes"] = ($"83{Version2}{NoData}{Blobs}9193dbffffffff0100", "more than"),
        ["an id in capitals"] = ($"83{Version2}{NoData}{Blobs}9193{IdHex.Replace("61", "41", StringComparison.Ordinal)}0100", "not a UUID"),
        ["a negative number"] = ($"83{Version2}{NoData}{Blobs}9193{IdHex}ff00", "not negative"),
        ["a nil number"] = ($"83{Version2}{NoData}{Blobs}9193{IdHex}01c0", "not negative"),
        ["retired before created"] = ($"83{Version2}{NoData}{Blobs}9193{IdHex}0504", "before 5"),
        ["a blob cut short"] = ($"83{Version2}{NoData}{Blobs}9193{IdHex}05", "ends too early"),
        ["serializers that are an array"] = ($"83{Version2}{NoData}{Serializers}90", "a map of serializers"),
        ["2^32-1 serializers"] = ($"83{Version2}{NoData}{Serializers}dfffffffff", "ends too early"),
        ["a prefix that is an integer"] = ($"83{Version2}{NoData}{Serializers}8107a178", "the prefix"),
        ["a name that is nil"] = ($"83{Version2}{NoData}{Serializers}81a178c0", "the name"),
        ["a prefix that is not UTF-8"] = ($"83{Version2}{NoData}{Serializers}81a1ffa178", "not UTF-8"),
        ["a name that is not UTF-8"] = ($"83{Version2}{NoData}{Serializers}81a178a1ff", "not UTF-8"),
        ["a prefix twice"] = ($"83{Version2}{NoData}{Serializers}82a178a179a178a17a", "two serializers"),
        ["a name of 2^32-1 bytes"] = ($"83{Version2}{NoData}{Serializers}81a178dbffffffff", "more than"),
    };

    private static readonly Dictionary<string, (string Field, string Reason)> RefusedJson = new()
    {
        ["blobs that are an object"] = ("\"blobs\":{}", "an array of blobs"),
        ["null blobs"] = ("\"blobs\":null", "an array of blobs"),
        ["a blob that is a string"] = ($"\"blobs\":[\"{Id}\"]", "an array of three"),
        ["a blob of two"] = ($"\"blobs\":[[\"{Id}\",1]]", "not negative"),
        ["a blob of four"] = ($"\"blobs\":[[\"{Id}\",1,2,3]]", "no more than three"),
        ["a blob of none"] = ("\"blobs\":[[]]", "the id of a blob"),
        ["an id that is a path"] = ("\"blobs\":[[\"../../../x\",1,0]]", "not a UUID"),
        ["an id with an escape"] = ($"\"blobs\":[[\"\\u0030{Id[1..]}\",1,0]]", "not a UUID"),
        ["an id that is a number"] = ("\"blobs\":[[7,1,0]]", "the id of a blob"),
        ["a negative number"] = ($"\"blobs\":[[\"{Id}\",-1,0]]", "not negative"),
        ["a fraction"] = ($"\"blobs\":[[\"{Id}\",1.5,0]]", "not negative"),
        ["retired before created"] = ($"\"blobs\":[[\"{Id}\",5,4]]", "before 5"),
        ["serializers that are an array"] = ("\"serializers\":[]", "an object of serializers"),
        ["a name that is a number"] = ("\"serializers\":{\"a\":1}", "the name of a serializer"),
        ["a prefix twice"] = ("\"serializers\":{\"a\":\"x\",\"\\u0061\":\"y\"}", "two serializers"),
        ["a prefix too long"] = ($"\"serializers\":{{\"{new string('p', 65_536)}\":\"x\"}}", "more than 65535"),
    };

    public static TheoryData<KvFormat, KvCompression> Kinds() => new()
    {
        { KvFormat.MessagePack, KvCompression.None },
        { KvFormat.MessagePack, KvCompression.Gzip },
        { KvFormat.Json, KvCompression.None },
        { KvFormat.Json, KvCompression.Gzip },
    };

    public static TheoryData<string> RefusedMessagePackCases() => [.. RefusedMessagePack.Keys];

    public static TheoryData<string> RefusedJsonCases() => [.. RefusedJson.Keys];

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Write_Extras_ReadEqual(KvFormat format, KvCompression compression)
    {
        // A blob may be retired by the commit that created it.
        foreach (var extras in new[] { Some, Some with { Blobs = [] }, Some with { Blobs = [new(Guid.Parse(Id), 5, 5)] }, Some with { Serializers = SnapshotExtras.None.Serializers }, SnapshotExtras.None })
        {
            var (header, sink) = SnapshotFiles.Read(Write(extras, format, compression));

            header.Extras.Blobs.ShouldBe(extras.Blobs);
            header.Extras.Serializers.ShouldBe(extras.Serializers, ignoreOrder: true);
            sink.Records.Count.ShouldBe(1);
        }
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Write_NothingToTell_GivesTheBytesItAlwaysGave(KvFormat format, KvCompression compression) =>
        Write(SnapshotExtras.None, format, compression).ShouldBe(Write(null, format, compression));

    [Fact]
    public void Write_MessagePack_LayoutIsAsDocumented()
    {
        var hex = Convert.ToHexStringLower(Write(new([new(Guid.Parse(Id), 3, 200)], new Dictionary<string, string> { ["b:"] = "y", ["a:"] = "x" })));

        hex.ShouldStartWith("89" + Version2);
        hex.ShouldContain($"{Blobs}9193{IdHex}03ccc8{Serializers}82a2613aa178a2623aa179a8636865636b73756dce");
    }

    [Fact]
    public void Write_Json_LayoutIsAsDocumented()
    {
        var text = Encoding.UTF8.GetString(Write(new([new(Guid.Parse(Id), 3, 200), new(Guid.Empty, 1, 0)], new Dictionary<string, string> { ["b:"] = "<y>", ["a:"] = "x" }), KvFormat.Json));

        text.ShouldContain(
            $"}}}},\"blobs\":[[\"{Id}\",3,200],[\"00000000-0000-0000-0000-000000000000\",1,0]],"
            + "\"serializers\":{\"a:\":\"x\",\"b:\":\"\\u003cy\\u003e\"},\"checksum\":");
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Write_ManyBlobs_ReadEqual(KvFormat format, KvCompression compression)
    {
        var extras = new SnapshotExtras([.. Enumerable.Range(0, 70_000).Select(i => new SnapshotBlob(new Guid(i, 0, 0, new byte[8]), (ulong)i, 0))], SnapshotExtras.None.Serializers);

        SnapshotFiles.Read(Write(extras, format, compression)).Header.Extras.Blobs.ShouldBe(extras.Blobs);
    }

    [Theory]
    [MemberData(nameof(RefusedMessagePackCases))]
    public void Read_MessagePackNobodyWrote_IsDamageWithItsOffset(string name)
    {
        var (hex, reason) = RefusedMessagePack[name];

        var damage = Should.Throw<KvStoreCorruptedException>(() => SnapshotFiles.Read(Convert.FromHexString(hex)));

        damage.Reason!.ShouldContain(reason);
        damage.Offset.ShouldNotBeNull().ShouldBeGreaterThan(15);
    }

    [Theory]
    [MemberData(nameof(RefusedJsonCases))]
    public void Read_JsonNobodyWrote_IsDamageWithItsOffset(string name)
    {
        var (field, reason) = RefusedJson[name];

        var damage = Should.Throw<KvStoreCorruptedException>(() => SnapshotFiles.Read(Encoding.UTF8.GetBytes($"{{\"version\":2,\"data\":{{}},{field}}}")));

        damage.Reason!.ShouldContain(reason);
        damage.Offset.ShouldNotBeNull().ShouldBeGreaterThan(15);
    }

    [Fact]
    public void Read_CountWithoutElements_AllocatesLittle()
    {
        var bytes = Convert.FromHexString($"83{Version2}{NoData}{Blobs}ddffffffff");
        var before = GC.GetAllocatedBytesForCurrentThread();
        Should.Throw<KvStoreCorruptedException>(() => SnapshotFiles.Read(bytes));

        (GC.GetAllocatedBytesForCurrentThread() - before).ShouldBeLessThan(1 << 20);
    }

    [Theory]
    [InlineData(KvFormat.MessagePack)]
    [InlineData(KvFormat.Json)]
    public void Read_AnyBitFlipped_IsFoundOrDoesNotMatter(KvFormat format)
    {
        var extras = new SnapshotExtras([new(Guid.Parse(Id), 3, 9)], new Dictionary<string, string> { ["p:"] = "name" });
        var bytes = Write(extras, format);
        for (var bit = 0; bit < bytes.Length * 8; bit++)
        {
            bytes[bit / 8] ^= (byte)(1 << (bit % 8));
            try
            {
                var read = SnapshotFiles.Read(bytes).Header.Extras;
                read.Blobs.ShouldBe(extras.Blobs, $"bit {bit}");
                read.Serializers.ShouldBe(extras.Serializers, $"bit {bit}");
            }
            catch (KvStoreCorruptedException)
            {
                // Found.
            }

            bytes[bit / 8] ^= (byte)(1 << (bit % 8));
        }
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Golden_FileWithExtrasFromBeforeTheCounts_StaysReadable(KvFormat format, KvCompression compression)
    {
        var bytes = File.ReadAllBytes(GoldenPath("snapshot-blobs", format, compression));

        var (header, sink) = SnapshotFiles.Read(bytes);

        header.Extras.Blobs.ShouldBe(Some.Blobs);
        header.Extras.Serializers.ShouldBe(Some.Serializers, ignoreOrder: true);
        header.Reason.ShouldBe(KvSaveReason.Unknown);
        SnapshotFiles.Describe(sink.Records).ShouldBe(SnapshotFiles.Describe([Entry(format)]));
        ReadHead(bytes).ShouldBe(new SnapshotHead(format, 17, SnapshotFiles.CreatedAt, format == KvFormat.Json ? null : 1, KvSaveReason.Unknown));
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Golden_File_StaysReadableAndIsStillWhatIsWritten(KvFormat format, KvCompression compression)
    {
        var path = GoldenPath("snapshot-heads", format, compression);
        if (!File.Exists(path) && Environment.GetEnvironmentVariable("UPDATE_GOLDEN") == "1")
        {
            File.WriteAllBytes(path, Write(Some, format, compression));
        }

        var bytes = File.ReadAllBytes(path);

        var (header, sink) = SnapshotFiles.Read(bytes);

        header.Extras.Blobs.ShouldBe(Some.Blobs);
        header.Extras.Serializers.ShouldBe(Some.Serializers, ignoreOrder: true);
        header.Reason.ShouldBe(KvSaveReason.BeforeRestore);
        SnapshotFiles.Describe(sink.Records).ShouldBe(SnapshotFiles.Describe([Entry(format)]));
        ReadHead(bytes).ShouldBe(new SnapshotHead(format, 17, SnapshotFiles.CreatedAt, 1, KvSaveReason.BeforeRestore));
        if (compression == KvCompression.None)
        {
            Write(Some, format).ShouldBe(bytes);
        }
    }

    [Fact]
    public void ReadHead_EveryReason_ComesBackAndUnknownOnesAreNone()
    {
        foreach (var reason in Enum.GetValues<KvSaveReason>())
        {
            SaveReasonText.Parse(Encoding.UTF8.GetBytes(SaveReasonText.ToText(reason))).ShouldBe(reason);
        }

        SaveReasonText.Parse("of a later version"u8).ShouldBe(KvSaveReason.Unknown);
        SaveReasonText.Parse(new byte[100]).ShouldBe(KvSaveReason.Unknown);
        ReadHead(Encoding.UTF8.GetBytes("""{"version":2,"reason":"of a later version, and longer than any that we know","entries":3,"data":{""")).Entries.ShouldBe(3);
        ReadHead(Convert.FromHexString($"83{Version2}a6726561736f6ed921{new string('6', 66)}{NoData}")).Reason.ShouldBe(KvSaveReason.Unknown);
    }

    [Theory]
    [InlineData("\"entries\":-1")]
    [InlineData("\"entries\":\"1\"")]
    [InlineData("\"entries\":18446744073709551616")]
    [InlineData("\"reason\":1")]
    public void ReadHead_FieldsThatAreNone_AreDamage(string field) =>
        Should.Throw<KvStoreCorruptedException>(() => ReadHead(Encoding.UTF8.GetBytes($"{{\"version\":2,{field},\"data\":{{}}}}"))).File.ShouldBe(SnapshotFiles.Path);

    [Fact]
    public void ReadHead_CountThatIsNoLength_IsNotTold() =>
        ReadHead(Encoding.UTF8.GetBytes("""{"version":2,"entries":18446744073709551615,"data":{}}""")).Entries.ShouldBeNull();

    [Fact]
    public void Read_OtherCountThanEntries_IsDamage()
    {
        Should.Throw<KvStoreCorruptedException>(() => SnapshotFiles.Read(Encoding.UTF8.GetBytes("""{"version":2,"entries":1,"data":{}}"""))).Reason!.ShouldContain("holds 0 entries but says 1");
        Should.Throw<KvStoreCorruptedException>(() => SnapshotFiles.Read(Convert.FromHexString($"83{Version2}a7656e747269657302{NoData}"))).Reason!.ShouldContain("says 2");
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void ReadSequence_OursInEveryForm_IsTheNumberWhateverComesBehind(KvFormat format, KvCompression compression)
    {
        var bytes = Write(Some, format, compression);

        ReadSequence(bytes).ShouldBe(17UL);
        if (compression == KvCompression.None)
        {
            // Only the first bytes are looked at.
            ReadSequence(bytes.AsSpan(0, bytes.Length / 4)).ShouldBe(17UL);
        }
    }

    [Fact]
    public void ReadSequence_LargeFile_ReadsOnlyItsBeginning()
    {
        var value = new byte[1000];
        new Random(1).NextBytes(value);
        var records = Enumerable.Range(0, 10_000).Select(i => SnapshotFiles.NewRecord($"k{i}", [0xc5, 0x03, 0xe8, .. value])).ToArray();
        foreach (var compression in Enum.GetValues<KvCompression>())
        {
            var disk = SnapshotFiles.NewFileSystem();
            disk.Put(SnapshotFiles.Path, SnapshotFiles.Write(records, compression: compression));
            var files = new FaultInjectingFileSystem(disk);

            new SnapshotReader(files).ReadHead(SnapshotFiles.Path, SnapshotFiles.Limit).Sequence.ShouldBe(17UL);

            files.Trace.Sum(operation => (long)operation.Count).ShouldBeLessThan(200_000);
        }
    }

    [Fact]
    public void ReadSequence_FilesOfGo_HaveNone()
    {
        ReadSequence(Convert.FromHexString($"82{Version2}{NoData}")).ShouldBeNull();
        ReadSequence(Convert.FromHexString($"81{Version2}")).ShouldBeNull();
        ReadSequence("""{"version":2,"created_at":"2026-11-22T11:13:39Z","data":{"a":{"""u8).ShouldBeNull();
    }

    [Theory]
    [InlineData("")]
    [InlineData("68656c6c6f")]
    [InlineData("1f8b")]
    [InlineData("83a776657273696f6e02a873657175656e6365a130")]
    public void ReadSequence_NoSnapshot_IsDamage(string hex) =>
        Should.Throw<KvStoreCorruptedException>(() => ReadSequence(Convert.FromHexString(hex))).File.ShouldBe(SnapshotFiles.Path);

    private static ulong? ReadSequence(ReadOnlySpan<byte> bytes) => ReadHead(bytes).Sequence;

    private static SnapshotHead ReadHead(ReadOnlySpan<byte> bytes)
    {
        var files = SnapshotFiles.NewFileSystem();
        files.Put(SnapshotFiles.Path, bytes);
        return new SnapshotReader(files).ReadHead(SnapshotFiles.Path, SnapshotFiles.Limit);
    }

    private static string GoldenPath(string name, KvFormat format, KvCompression compression) =>
        Path.Combine(Fixtures.TestsPath, "golden", $"{name}.{(format == KvFormat.Json ? "json" : "msgpack")}{(compression == KvCompression.Gzip ? ".gz" : "")}");

    private static byte[] Write(SnapshotExtras? extras, KvFormat format = KvFormat.MessagePack, KvCompression compression = KvCompression.None)
    {
        var files = SnapshotFiles.NewFileSystem();
        new SnapshotWriter(files).Write(
            SnapshotFiles.Path, new RecordsInParts([Entry(format)]), new(format, 17, SnapshotFiles.CreatedAt, extras, KvSaveReason.BeforeRestore), compression, 2, TestContext.Current.CancellationToken);
        return files.Take(SnapshotFiles.Path);
    }

    private static Record Entry(KvFormat format) =>
        SnapshotFiles.NewRecord("k", format == KvFormat.Json ? "42"u8 : [0x2a], blob: Id, flags: format == KvFormat.Json ? RecordFlags.Json : RecordFlags.None);
}
