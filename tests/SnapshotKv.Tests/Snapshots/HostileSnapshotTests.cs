using System.Buffers.Binary;
using System.IO.Compression;
using System.Text;
using SnapshotKv.Format;
using SnapshotKv.MessagePack;
using SnapshotKv.Snapshots;
using Record = SnapshotKv.Format.Record;

namespace SnapshotKv.Tests.Snapshots;

/// <summary>Files that nobody wrote by accident: what Go's decoder accepts must be understood, all else refused with a reason, cheaply.</summary>
public sealed class HostileSnapshotTests
{
    private const string Value = "a576616c7565";
    private const string Expires = "aa657870697265735f6174";
    private const string Blob = "a8626c6f625f726566";
    private const string Entry = $"83{Value}c4012a{Expires}d30000000000000000{Blob}a0";
    private const string Version2 = "a776657273696f6e02";
    private const string Version1 = "a776657273696f6e01";
    private const string Data = "a464617461";
    private const string Created = "aa637265617465645f6174";

    private static readonly string Deep = string.Concat(Enumerable.Repeat("91", 100_000)) + "c0";

    // Rows are named by what they show; the hexadecimal text is looked up, for some of it is long.
    private static readonly Dictionary<string, (string Hex, string Reason)> Refused = new()
    {
        ["a map of 2^31 entries"] = ($"82{Version2}{Data}df80000000", "declared"),
        ["a map of 2^32-1 entries"] = ($"82{Version2}{Data}dfffffffff{Entry}", "declared"),
        ["more entries than bytes"] = ($"82{Version2}{Data}de0100a16b{Entry}", "declared"),
        ["one entry fewer than declared"] = ($"82{Version2}{Data}82a16b{Entry}", "beyond the end"),
        ["a key of 2^32-1 bytes"] = ($"82{Version2}{Data}81dbffffffff{Entry}", "beyond the end"),
        ["a value of 2^31 bytes"] = ($"82{Version2}{Data}81a16b83{Value}c680000000{Expires}", "beyond the end"),
        ["a value array of 2^32-1"] = ($"82{Version2}{Data}81a16b83{Value}ddffffffff", "beyond the end"),
        ["an entry of 2^32-1 fields"] = ($"82{Version2}{Data}81a16bdfffffffff{Value}c4012a", "beyond the end"),
        ["tags of 2^32-1"] = ($"82{Version2}{Data}81a16b81a474616773ddffffffff", "beyond the end"),
        ["an unknown field of 2^32-1 bytes"] = ($"83{Version2}a178c6ffffffff{Data}80", "ends too early"),
        ["100,000 arrays in each other"] = (Deep, "neither"),
        ["an entry nested 100,000 deep"] = ($"82{Version2}{Data}81a16b{Deep}", "array of 1"),
        ["a map for a field's name, 100,000 deep"] = ($"82{Deep}c0", "name"),
        ["a nil entry"] = ($"82{Version2}{Data}81a16bc0", "nil"),
        ["an integer for an entry"] = ($"82{Version2}{Data}81a16b07", "an integer"),
        ["an array of two"] = ($"82{Version2}{Data}81a16b92c4012a00", "array of 2"),
        ["an array of four"] = ($"82{Version2}{Data}81a16b94c4012a00a000", "array of 4"),
        ["nil data"] = ($"82{Version2}{Data}c0", "'data'"),
        ["no data"] = ($"81{Version2}", "'data'"),
        ["an array for data"] = ($"82{Version2}{Data}90", "an array"),
        ["no version"] = ($"81{Data}80", "version is 0"),
        ["nil version"] = ($"82a776657273696f6ec0{Data}80", "version is 0"),
        ["version 3"] = ($"82a776657273696f6e03{Data}81a16b{Entry}", "version is 3"),
        ["version -1"] = ($"82a776657273696f6eff{Data}80", "version is -1"),
        ["a float for a version"] = ($"82a776657273696f6ecb4000000000000000{Data}80", "a float"),
        ["a string for a version"] = ($"82a776657273696f6ea132{Data}80", "a string"),
        ["an integer for a key"] = ($"82{Version2}{Data}8107{Entry}", "a key"),
        ["an integer for a field's name"] = ($"82{Version2}{Data}81a16b8107c4012a", "name"),
        ["an integer for a top field's name"] = ($"8207c0{Data}80", "name"),
        ["c1 at the top"] = ($"83{Version2}a178c1{Data}80", "c1"),
        ["c1 for a value"] = ($"82{Version2}{Data}81a16b81{Value}c1", "c1"),
        ["c1 for a key"] = ($"82{Version2}{Data}81c1{Entry}", "c1"),
        ["c1 in an unknown field"] = ($"82{Version2}{Data}81a16b82a17891c1{Value}c4012a", "c1"),
        ["a float for an expiry"] = ($"82{Version2}{Data}81a16b82{Value}c4012a{Expires}cb4000000000000000", "an expiry"),
        ["a string for an expiry"] = ($"82{Version2}{Data}81a16b82{Value}c4012a{Expires}a130", "an expiry"),
        ["an integer for a blob reference"] = ($"82{Version2}{Data}81a16b82{Value}c4012a{Blob}07", "a blob reference"),
        ["a negative sliding window"] = ($"82{Version2}{Data}81a16b82{Value}c4012aae736c6964696e675f77696e646f77ff", "negative"),
        ["an integer for tags"] = ($"82{Version2}{Data}81a16b82{Value}c4012aa47461677307", "an array"),
        ["an integer for a tag"] = ($"82{Version2}{Data}81a16b82{Value}c4012aa4746167739107", "a tag"),
        ["a string for our sequence"] = ($"83{Version2}a873657175656e6365a130{Data}80", "not negative"),
        ["our sequence without a checksum"] = ($"83{Version2}a873657175656e636507{Data}80", "checksum"),
        ["a wrong checksum"] = ($"83{Version2}{Data}80a8636865636b73756dce00000000", "checksum is"),
        ["a version 1 entry that is no map"] = ($"82{Version1}{Data}81a16b07", "must be a map"),
        ["a version 1 document with an integer key"] = ($"82{Version1}{Data}81a16b810707", "for a key"),
        ["a version 1 document with an integer key deep inside"] = ($"82{Version1}{Data}81a16b81a17891810707", "for a key"),
        ["a version 1 document with extension 13"] = ($"82{Version1}{Data}81a16b81a178d40d00", "extension of type 13"),
        ["a version 1 document cut short"] = ($"82{Version1}{Data}81a16b82a17801", "beyond the end"),
        ["a map in an array"] = ($"9182{Version2}{Data}80", "neither"),
        ["text"] = ("68656c6c6f", "neither"),
        ["blanks"] = ("2020090d0a", "nothing"),
        ["nothing"] = ("", "empty"),
        ["gzip's first bytes only"] = ("1f8b", "gzip data"),
        ["gzip's header only"] = ("1f8b08000000000000ff", "gzip data"),
    };

    private static readonly Dictionary<string, (string Hex, string Expected)> Accepted = new()
    {
        ["fields in another order"] = ($"82{Data}81a16b83{Blob}a0{Expires}00{Value}c4012a{Version2}", "6B=2A"),
        ["unknown fields of every kind"] = ($"84a178c7030d010203{Version2}{Data}81a16b84a17991c0{Value}c4012aa17ad9024142a17bdf00000000a17cca00000000", "6B=2A"),
        ["names that are binaries"] = ($"82c40776657273696f6e02c40464617461 81c4016b81c40576616c7565c4012a".Replace(" ", ""), "6B=2A"),
        ["every width of a version"] = ($"82a776657273696f6ed30000000000000002{Data}81a16b{Entry}", "6B=2A"),
        ["wide heads"] = ($"df00000002{Version2}{Data}df00000001db000000016bdf00000003{Value}c6000000012a{Expires}00{Blob}db00000000", "6B=2A"),
        ["a nil key"] = ($"82{Version2}{Data}81c0{Entry}", "=2A"),
        ["a repeated key"] = ($"82{Version2}{Data}82a16b{Entry.Replace("2a", "07")}a16b{Entry}", "6B=2A"),
        ["data twice"] = ($"83{Version2}{Data}81a16b{Entry}{Data}81a16c{Entry}", "6B=2A 6C=2A"),
        ["a field twice"] = ($"82{Version2}{Data}81a16b82{Value}c40107{Value}c4012a", "6B=2A"),
        ["an array of three"] = ($"82{Version2}{Data}81a16b93c4012a05a162", "6B=2A@5/62"),
        ["an array of three with a nil reference"] = ($"82{Version2}{Data}81a16b93c4012a05c0", "6B=2A@5"),
        ["an array of none"] = ($"82{Version2}{Data}81a16b90", "6B=C0"),
        ["no fields"] = ($"82{Version2}{Data}81a16b80", "6B=C0"),
        ["no value beside one"] = ($"82{Version2}{Data}82a16b80a16c{Entry}", "6B=C0 6C=2A"),
        ["nil expiry and reference"] = ($"82{Version2}{Data}81a16b83{Value}c4012a{Expires}c0{Blob}c0", "6B=2A"),
        ["an expiry above 63 bits"] = ($"82{Version2}{Data}81a16b82{Value}c4012a{Expires}cfffffffffffffffff", "6B=2A@-1"),
        ["a nil created_at"] = ($"83{Version2}{Created}c0{Data}81a16b{Entry}", "6B=2A"),
        ["a string for created_at"] = ($"83{Version2}{Created}a3666f6f{Data}81a16b{Entry}", "6B=2A"),
        ["an array for created_at"] = ($"83{Version2}{Created}93010203{Data}81a16b{Entry}", "6B=2A"),
        ["an unknown field nested 100,000 deep"] = ($"83{Version2}a178{Deep}{Data}81a16b{Entry}", "6B=2A"),
        ["bytes after the map"] = ($"82{Version2}{Data}81a16b{Entry}c1ff00", "6B=2A"),
        ["version last"] = ($"83{Created}c0{Data}81a16b{Entry}{Version2}", "6B=2A"),
        ["version 1 last"] = ($"82{Data}81a16b81a17807{Version1}", "6B=81A17807"),
        ["version twice, the last counts"] = ($"83{Version2}{Data}81a16b81a17807{Version1}", "6B=81A17807"),
        ["version 1, nil document"] = ($"82{Version1}{Data}81a16bc0", "6B=C0"),
        ["version 1, nil data"] = ($"82{Version1}{Data}c0", ""),
        ["version 1, no data"] = ($"81{Version1}", ""),
        ["v0.2.0, an integer"] = ($"82{Version2}{Data}81a16b81{Value}2a", "6B=2A"),
        ["v0.2.0, nil"] = ($"82{Version2}{Data}81a16b81{Value}c0", "6B=C0"),
        ["v0.2.0, text"] = ($"82{Version2}{Data}81a16b81{Value}a3666f6f", "6B=A3666F6F"),
        ["v0.2.0, bytes that are not one value"] = ($"82{Version2}{Data}81a16b81{Value}c4020102", "6B=C4020102"),
        ["v0.2.0, empty bytes"] = ($"82{Version2}{Data}81a16b81{Value}c400", "6B=C400"),
        ["v0.2.0, found at the second entry"] = ($"82{Version2}{Data}82a16b{Entry}a16c81{Value}07", "6B=C4012A 6C=07"),
        ["v0.2.0, as arrays"] = ($"82{Version2}{Data}81a16b93a3666f6f00a0", "6B=A3666F6F"),
    };

    public static TheoryData<string> RefusedNames() => [.. Refused.Keys];

    public static TheoryData<string> AcceptedNames() => [.. Accepted.Keys];

    [Theory]
    [MemberData(nameof(RefusedNames))]
    public void Read_MessagePackThatIsNoSnapshot_IsCorruptedWithReason(string name)
    {
        var (hex, reason) = Refused[name];
        var bytes = Convert.FromHexString(hex);

        Should.Throw<KvStoreCorruptedException>(() => SnapshotFiles.Read(bytes)).Reason!.ShouldContain(reason, Case.Sensitive);
        if (bytes.Length > 0 && bytes[0] != 0x1f)
        {
            Should.Throw<KvStoreCorruptedException>(() => SnapshotFiles.Read(Gzip(bytes)));
        }
    }

    [Theory]
    [MemberData(nameof(AcceptedNames))]
    public void Read_MessagePackThatGoAccepts_GivesWhatItMeans(string name)
    {
        var (hex, expected) = Accepted[name];
        var bytes = Convert.FromHexString(hex);

        Describe(SnapshotFiles.Read(bytes).Sink).ShouldBe(expected);
        Describe(SnapshotFiles.Read(Gzip(bytes)).Sink).ShouldBe(expected);
        Describe(SnapshotFiles.Read([.. Gzip(bytes.AsSpan(0, 5)), .. Gzip(bytes.AsSpan(5))]).Sink).ShouldBe(expected);
    }

    [Fact]
    public void Read_ArrayOfThreeThatIsLongerThanWhatIsReadAtATime_IsReadWhole()
    {
        // The value alone, one binary within another, is longer than the window: the entry is begun more than once.
        const int Length = 5 << 20;
        byte[] value = [0xc6, 0, 0x50, 0, 0, .. new byte[Length]];
        byte[] bytes = [.. Convert.FromHexString($"82{Version2}{Data}82a16a{Entry}a16b93c600500005"), .. value, .. Convert.FromHexString("05a162")];

        foreach (var file in (byte[][])[bytes, Gzip(bytes)])
        {
            var record = SnapshotFiles.Read(file).Sink.Records[^1];
            record.Value.Length.ShouldBe(value.Length);
            record.Deadline.ShouldBe(5);
        }
    }

    [Theory]
    [InlineData("""{"version":2}""", "'data'")]
    [InlineData("""{"version":2,"data":null}""", "'data'")]
    [InlineData("""{"data":{}}""", "version is 0")]
    [InlineData("""{"version":2.0,"data":{}}""", "version")]
    [InlineData("""{"version":2e0,"data":{}}""", "version")]
    [InlineData("""{"version":"2","data":{}}""", "version")]
    [InlineData("""{"version":2,"data":[]}""", "object of entries")]
    [InlineData("""{"version":2,"data":{"k":null}}""", "object for an entry")]
    [InlineData("""{"version":2,"data":{"k":7}}""", "object for an entry")]
    [InlineData("""{"version":2,"data":{"k":{"value":"NDI=","expires_at":1.5}}}""", "expiry")]
    [InlineData("""{"version":2,"data":{"k":{"value":"NDI=","expires_at":"1"}}}""", "expiry")]
    [InlineData("""{"version":2,"data":{"k":{"value":"NDI=","expires_at":1e3}}}""", "expiry")]
    [InlineData("""{"version":2,"data":{"k":{"value":"NDI=","blob_ref":7}}}""", "blob reference")]
    [InlineData("""{"version":2,"data":{"k":{"value":"NDI=","tags":7}}}""", "tags")]
    [InlineData("""{"version":2,"data":{"k":{"value":"NDI=","tags":[7]}}}""", "tag")]
    [InlineData("""{"version":2,"data":{"k":{"value":"NDI="}}} x""", "JSON")]
    [InlineData("""{"version":2,"data":{"k":{"value":"NDI="}}}{}""", "JSON")]
    [InlineData("""{"version":2,"data":{"k":{"value":"NDI="}}""", "JSON")]
    [InlineData("""{"version":2,/* */"data":{}}""", "JSON")]
    [InlineData("""{"version":2,"sequence":3,"data":{}}""", "checksum")]
    [InlineData("""{"version":2,"data":{},"checksum":1}""", "checksum is")]
    [InlineData("""{"version":1,"data":{"k":7}}""", "must be a JSON object")]
    [InlineData("\uFEFF{\"version\":2,\"data\":{}}", "neither")]
    [InlineData("[]", "neither")]
    public void Read_JsonThatIsNoSnapshot_IsCorruptedWithReason(string text, string reason) =>
        Should.Throw<KvStoreCorruptedException>(() => SnapshotFiles.Read(Encoding.UTF8.GetBytes(text))).Reason!.ShouldContain(reason, Case.Sensitive);

    [Theory]
    [InlineData("""{"version":2,"data":{"k":{"value":"NDI=","expires_at":0,"blob_ref":""}}}""", "6B=3432")]
    [InlineData(" {\t\"VERSION\" : 2 ,\r\n\"Data\":{\"k\":{\"Value\":\"NDI=\",\"EXPIRES_AT\":5,\"Blob_Ref\":\"b\"}}} \n", "6B=3432@5/62")]
    [InlineData("""{"data":{"k":{"blob_ref":null,"expires_at":null,"value":"NDI=","x":{"y":[1,{}]}}},"z":[[[]]],"version":2}""", "6B=3432")]
    [InlineData("""{"version":2,"created_at":null,"data":{"k":{"value":"NDI="}}}""", "6B=3432")]
    [InlineData("""{"version":2,"created_at":{"a":[]},"data":{"k":{"value":"NDI="}}}""", "6B=3432")]
    [InlineData("""{"version":2,"data":{"k":{"value":"ND\nI="}}}""", "6B=3432")]
    [InlineData("""{"version":2,"data":{"k":{"\u0076alue":"ND\u0049="}}}""", "6B=3432")]
    [InlineData("""{"version":2,"data":{"k":{"value":"Nw=="},"k":{"value":"NDI="}}}""", "6B=3432")]
    [InlineData("""{"version":2,"data":{"k":{"value":"NDI="}},"data":{"l":{"value":"NDI="}}}""", "6B=3432 6C=3432")]
    [InlineData("""{"version":2,"data":{"k":{},"l":{"value":"NDI="}}}""", "6B=6E756C6C 6C=3432")]
    [InlineData("""{"version":2,"data":{"\ud800x":{"value":"NDI="}}}""", "EFBFBD78=3432")]
    [InlineData("""{"version":2,"data":{"\ud83d\ude00":{"value":"NDI="}}}""", "F09F9880=3432")]
    [InlineData("""{"version":2,"data":{"a\"\\\/\b\f\n\r\t\u0000":{"value":"NDI="}}}""", "61225C2F080C0A0D0900=3432")]
    [InlineData("""{"version":2,"data":{"k":{"value":42}}}""", "6B=3432")]
    [InlineData("""{"version":2,"data":{"k":{"value":{"a": [1]}}}}""", "6B=7B2261223A205B315D7D")]
    [InlineData("""{"version":2,"data":{"k":{"value":"NDI"}}}""", "6B=224E444922")]
    [InlineData("""{"version":2,"data":{"k":{"value":"eHg="}}}""", "6B=226548673D22")]
    [InlineData("""{"version":2,"data":{"k":{"value":null}}}""", "6B=6E756C6C")]
    [InlineData("""{"version":1,"data":{"k":{"a":1}}}""", "6B=7B2261223A317D")]
    [InlineData("""{"version":1,"data":{"k":{"_ttl_expires":5,"a":1,"_blob_ref":"b"}}}""", "6B=7B2261223A317D@5/62")]
    [InlineData("""{"version":1,"data":{"k":{"_blob_ref":""}}}""", "6B=7B7D")]
    [InlineData("""{"version":1,"data":{"k":{"a":{"_ttl_expires":5},"b":[{"_blob_ref":"x"}]}}}""", "6B=7B2261223A7B225F74746C5F65787069726573223A357D2C2262223A5B7B225F626C6F625F726566223A2278227D5D7D")]
    [InlineData("""{"version":1,"data":{"k":{"_ttl_expires":"5","_blob_ref":7}}}""", "6B=7B225F626C6F625F726566223A377D")]
    [InlineData("""{"version":1,"data":{"k":{"_blob_ref":"b","_blob_ref":7}}}""", "6B=7B225F626C6F625F726566223A2262222C225F626C6F625F726566223A377D")]
    [InlineData("""{"version":1,"data":{"k":{"\ud800":1,"_ttl\u005fexpires":1e999}}}""", "6B=7B225C7564383030223A317D@-9223372036854775808")]
    [InlineData("""{"version":1,"data":{"k":{"\ud800abc":1}}}""", "6B=7B225C7564383030616263223A317D")]
    [InlineData("""{"version":1,"data":{"k":{"_\ud800xxxxxxxxxxx":1}}}""", "6B=7B225F5C75643830307878787878787878787878223A317D")]
    [InlineData("""{"version":1,"data":{"k":{"_blob_ref":"\ud800"}}}""", "6B=7B7D/EFBFBD")]
    [InlineData("""{"version":2,"data":{"k":{"\ud800":1,"value":"NDI=","blob_ref":"\udc00"}},"\ud800":{}}""", "6B=3432/EFBFBD")]
    [InlineData("""{"version":1,"data":{"k":null}}""", "6B=6E756C6C")]
    [InlineData("""{"version":1,"data":null}""", "")]
    public void Read_JsonThatGoAccepts_GivesWhatItMeans(string text, string expected)
    {
        Describe(SnapshotFiles.Read(Encoding.UTF8.GetBytes(text)).Sink).ShouldBe(expected);
        Describe(SnapshotFiles.Read(Gzip(Encoding.UTF8.GetBytes(text))).Sink).ShouldBe(expected);
    }

    [Theory]
    [InlineData(100)]
    [InlineData(100_000)]
    public void Read_Version1DocumentNestedDeep_IsKeptOrRefusedInBoundedMemory(int depth)
    {
        byte[] start = [0x82, 0xa7, .. "version"u8, 0x01, 0xa4, .. "data"u8, 0x81, 0xa1, (byte)'k', 0x81, 0xa1, (byte)'d'];

        // A last element needs no place on the stack; one that others follow does.
        byte[] lastInside = [.. start, .. Enumerable.Repeat((byte)0x91, depth), 0xc0];
        byte[] firstInside = [.. start, .. Enumerable.Repeat((byte)0x92, depth), .. Enumerable.Repeat((byte)0xc0, depth + 1)];

        SnapshotFiles.Read(lastInside).Sink.Records.ShouldHaveSingleItem();
        if (depth < 10_000)
        {
            SnapshotFiles.Read(firstInside).Sink.Records.ShouldHaveSingleItem();
            return;
        }

        Should.Throw<KvStoreCorruptedException>(() => SnapshotFiles.Read(firstInside)).Message.ShouldContain("nested deeper");
    }

    [Theory]
    [InlineData(0x8000_0000u)]
    [InlineData(uint.MaxValue)]
    [InlineData(3u << 20)]
    public void TryReadHeader_MemberLongerThanAnyOfOurs_IsNoneOfOurs(uint length)
    {
        byte[] header = [0x1f, 0x8b, 0x08, 0x04, 0, 0, 0, 0, 0, 0xff, 16, 0, (byte)'S', (byte)'K', 12, 0, .. BitConverter.GetBytes(length), 1, 0, 0, 0, 0, 0, 0, 0];

        GzipMembers.TryReadHeader(header, out _).ShouldBeFalse();
        BitConverter.TryWriteBytes(header.AsSpan(16), 1000u).ShouldBeTrue();
        GzipMembers.TryReadHeader(header, out _).ShouldBeTrue();
    }

    [Fact]
    public void Read_EntryThatSlidesAndNeverExpires_IsCorrupted()
    {
        Should.Throw<KvStoreCorruptedException>(() => SnapshotFiles.Read(
            Encoding.UTF8.GetBytes("""{"version":2,"data":{"k":{"value":"NDI=","expires_at":0,"sliding_window":5}}}"""))).Message.ShouldContain("sliding window");
    }

    [Fact]
    public void Read_JsonNestedDeep_IsCorruptedOutsideAndKeptInsideValues()
    {
        var deep = new string('[', 100_000) + new string(']', 100_000);
        Should.Throw<KvStoreCorruptedException>(() => SnapshotFiles.Read(Encoding.UTF8.GetBytes("{\"version\":2,\"x\":" + deep + ",\"data\":{}}")));

        var allowed = new string('[', 9_000) + new string(']', 9_000);
        var file = "{\"version\":2,\"data\":{\"k\":{\"value\":\"" + Convert.ToBase64String(Encoding.UTF8.GetBytes(allowed)) + "\"}}}";
        SnapshotFiles.Read(Encoding.UTF8.GetBytes(file)).Sink.Records[0].ValueLength.ShouldBe(18_000);
    }

    [Fact]
    public void Read_ValueNestedDeep_IsKeptAsItIs()
    {
        var value = Convert.FromHexString(Deep);
        var head = new byte[5];
        head[0] = 0xc6;
        BinaryPrimitives.WriteInt32BigEndian(head.AsSpan(1), value.Length);
        byte[] bytes = [.. Convert.FromHexString($"82{Version2}{Data}81a16b81{Value}"), .. head, .. value];

        SnapshotFiles.Read(bytes).Sink.Records[0].Value.SequenceEqual(value).ShouldBeTrue();
    }

    [Fact]
    public void Read_GzipThatExpandsBeyondTheLimit_NamesTheSetting()
    {
        // 256 MiB of a single value, in a quarter of a MiB.
        using var output = new MemoryStream();
        using (var gzip = new GZipStream(output, CompressionLevel.Fastest, leaveOpen: true))
        {
            gzip.Write(Convert.FromHexString($"82{Version2}{Data}81a16b81{Value}c610000000"));
            var zeros = new byte[1 << 20];
            for (var i = 0; i < 256; i++)
            {
                gzip.Write(zeros);
            }
        }

        var bytes = output.ToArray();
        var before = GC.GetAllocatedBytesForCurrentThread();
        var exception = Should.Throw<SnapshotTooLargeException>(() => SnapshotFiles.Read(bytes, limit: 4 << 20));
        exception.Message.ShouldContain("MaxSnapshotBytes");
        exception.File.ShouldBe(SnapshotFiles.Path);
        (GC.GetAllocatedBytesForCurrentThread() - before).ShouldBeLessThan(32 << 20);
    }

    [Fact]
    public void Read_HugeCountsInASmallFile_AllocateLittle()
    {
        foreach (var (name, (hex, _)) in Refused)
        {
            var bytes = Gzip(Convert.FromHexString(hex));
            var sink = new CollectingSink();
            var before = GC.GetAllocatedBytesForCurrentThread();
            Should.Throw<KvStoreCorruptedException>(() => SnapshotFiles.Read(bytes, sink));
            (GC.GetAllocatedBytesForCurrentThread() - before).ShouldBeLessThan(8 << 20, name);
            (sink.Expected ?? 0).ShouldBeLessThanOrEqualTo(bytes.Length, name);
        }
    }

    [Fact]
    public void Read_EntryLongerThanTheWindow_IsWhole()
    {
        var value = new byte[5 << 20];
        Random.Shared.NextBytes(value);
        var writer = new System.Buffers.ArrayBufferWriter<byte>();
        var messagePack = new MessagePackWriter(writer);
        messagePack.WriteBinary(value);
        messagePack.Flush();
        List<Record> records = [.. Enumerable.Range(0, 5).Select(i => SnapshotFiles.NewRecord($"k{i}", writer.WrittenSpan))];

        foreach (var compression in Enum.GetValues<KvCompression>())
        {
            SnapshotFiles.Describe(SnapshotFiles.Read(SnapshotFiles.Write(records, compression: compression)).Sink.Records).ShouldBe(SnapshotFiles.Describe(records));
        }
    }

    [Fact]
    public void Read_OneBadValueAmongMany_IsDamageAndNotV020()
    {
        var text = $"82{Version2}{Data}83a16b81{Value}c403a2666fa16c81{Value}c403a2666fa16d81{Value}c403a3666f";

        Should.Throw<KvStoreCorruptedException>(() => SnapshotFiles.Read(Convert.FromHexString(text))).Reason!.ShouldContain("exactly one");
    }

    [Fact]
    public void Read_Cancelled_Throws()
    {
        var files = SnapshotFiles.NewFileSystem();
        files.Put(SnapshotFiles.Path, SnapshotFiles.Write([]));

        Should.Throw<OperationCanceledException>(() => new SnapshotReader(files).Read(SnapshotFiles.Path, 1000, new CollectingSink(), new CancellationToken(canceled: true)));
    }

    private static string Describe(CollectingSink sink) => string.Join(' ', sink.Records.Select(record =>
        $"{Convert.ToHexString(record.Key)}={Convert.ToHexString(record.Value)}"
        + (record.Deadline == 0 ? "" : $"@{record.Deadline}")
        + (record.BlobReference.IsEmpty ? "" : $"/{Convert.ToHexString(record.BlobReference)}")));

    private static byte[] Gzip(ReadOnlySpan<byte> bytes)
    {
        using var output = new MemoryStream();
        using (var gzip = new GZipStream(output, CompressionLevel.Fastest, leaveOpen: true))
        {
            gzip.Write(bytes);
        }

        return output.ToArray();
    }
}
