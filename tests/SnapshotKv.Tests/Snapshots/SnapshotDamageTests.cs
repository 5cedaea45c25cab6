using SnapshotKv.Format;
using SnapshotKv.Snapshots;
using Record = SnapshotKv.Format.Record;

namespace SnapshotKv.Tests.Snapshots;

/// <summary>Files cut short and with bits flipped: the right data or a typed error, never wrong data and nothing else.</summary>
public sealed class SnapshotDamageTests
{
    /// <summary>The size in bytes up to which every single bit of a file is flipped.</summary>
    private const int EveryBitUpTo = 8 * 1024;

    private static readonly string[] Right = SnapshotFiles.Describe(SmallRecords(KvFormat.MessagePack));
    private static readonly string[] RightJson = SnapshotFiles.Describe(SmallRecords(KvFormat.Json));

    public static TheoryData<KvFormat, KvCompression> Forms() => new()
    {
        { KvFormat.MessagePack, KvCompression.None },
        { KvFormat.MessagePack, KvCompression.Gzip },
        { KvFormat.Json, KvCompression.None },
        { KvFormat.Json, KvCompression.Gzip },
    };

    [Theory]
    [MemberData(nameof(Forms))]
    public void Read_OurFileCutAtEveryByte_IsCorrupted(KvFormat format, KvCompression compression)
    {
        var bytes = SnapshotFiles.Write(SmallRecords(format), format, compression);
        for (var length = 0; length < bytes.Length; length++)
        {
            Should.Throw<KvStoreCorruptedException>(() => SnapshotFiles.Read(bytes.AsSpan(0, length)), $"cut to {length} of {bytes.Length}");
        }
    }

    [Theory]
    [MemberData(nameof(Forms))]
    public void Read_OurFileWithEachBitFlipped_IsRightOrCorrupted(KvFormat format, KvCompression compression)
    {
        var bytes = SnapshotFiles.Write(SmallRecords(format), format, compression);
        bytes.Length.ShouldBeLessThan(8 << 10);
        var found = 0;
        for (var bit = 0; bit < bytes.Length * 8; bit++)
        {
            bytes[bit / 8] ^= (byte)(1 << (bit % 8));
            found += IsRight(bytes, format, $"bit {bit}") ? 0 : 1;
            bytes[bit / 8] ^= (byte)(1 << (bit % 8));
        }

        // What may pass is names of fields that are not needed, letter case in JSON, and times in gzip headers.
        found.ShouldBeGreaterThan(bytes.Length * 8 * 3 / 4);
        IsRight(bytes, format, "whole").ShouldBeTrue();
    }

    [Theory]
    [MemberData(nameof(Forms))]
    public void Read_OurFileWithAnythingBehindIt_IsCorrupted(KvFormat format, KvCompression compression)
    {
        var bytes = SnapshotFiles.Write(SmallRecords(format), format, compression);
        byte[][] tails = [[0], [0x1f], [0xc0], "x"u8.ToArray(), bytes];
        foreach (var tail in tails)
        {
            Should.Throw<KvStoreCorruptedException>(() => SnapshotFiles.Read([.. bytes, .. tail]), Convert.ToHexString(tail.AsSpan(0, 1)));
        }
    }

    [Theory]
    [MemberData(nameof(Forms))]
    public void Read_LargeFileDamagedAtRandom_IsRightOrCorrupted(KvFormat format, KvCompression compression)
    {
        var seed = Random.Shared.Next();
        TestContext.Current.TestOutputHelper?.WriteLine($"seed {seed}");
        var random = new Random(seed);
        var records = LargeRecords(format, random);
        var bytes = SnapshotFiles.Write(records, format, compression);
        var right = SnapshotFiles.Describe(SnapshotFiles.Read(bytes).Sink.Records);
        for (var round = 0; round < 12; round++)
        {
            var damaged = bytes.ToArray();
            if (round % 3 == 0)
            {
                damaged = damaged[..random.Next(damaged.Length)];
                Should.Throw<KvStoreCorruptedException>(() => SnapshotFiles.Read(damaged), $"seed {seed}, cut to {damaged.Length}");
                continue;
            }

            var at = random.Next(damaged.Length);
            damaged[at] ^= (byte)(1 << random.Next(8));
            if (TryRead(damaged, out string[] actual))
            {
                actual.ShouldBe(right, $"seed {seed}, byte {at}");
            }
        }
    }

    [Theory]
    [InlineData("minimal")]
    [InlineData("msgpack-uncompressed")]
    [InlineData("v020-mixed-values")]
    [InlineData("json-uncompressed")]
    [InlineData("v1-json")]
    [InlineData("v020-json")]
    public void Read_GoFileWithoutChecksumWithBitsFlipped_EndsWithDataOrCorrupted(string fixture)
    {
        var bytes = Fixtures.ReadSnapshot(fixture, (string)Fixtures.LoadSnapshots(fixture)[0]["file"]!);
        var meanings = new int[2];
        var step = bytes.Length > EveryBitUpTo ? 3 : 1;
        var first = Random.Shared.Next(step);
        TestContext.Current.TestOutputHelper?.WriteLine($"every bit number {step} from {first} on");
        for (var bit = first; bit < bytes.Length * 8; bit += step)
        {
            bytes[bit / 8] ^= (byte)(1 << (bit % 8));
            TryReadNaming(bytes, bit, out var header);
            bytes[bit / 8] ^= (byte)(1 << (bit % 8));
            if (header is not null)
            {
                meanings[header.InlineValues ? 1 : 0]++;
            }
        }

        for (var length = 0; length < bytes.Length; length++)
        {
            Should.Throw<KvStoreCorruptedException>(() => SnapshotFiles.Read(bytes.AsSpan(0, length)), $"cut to {length}");
        }

        if (fixture is "msgpack-uncompressed" or "json-uncompressed")
        {
            // A flipped bit in one value must not turn all the others into byte strings.
            meanings[1].ShouldBe(0);
            meanings[0].ShouldBeGreaterThan(1000);
        }
    }

    [Theory]
    [InlineData("blobs")]
    [InlineData("v1-msgpack-gzip")]
    [InlineData("v020-strings-only")]
    [InlineData("json-gzip")]
    public void Read_GoGzipWithEachBitFlipped_IsRightOrCorrupted(string fixture)
    {
        var bytes = Fixtures.ReadSnapshot(fixture, (string)Fixtures.LoadSnapshots(fixture)[0]["file"]!);
        var right = SnapshotFiles.Describe(SnapshotFiles.Read(bytes).Sink.Records);
        for (var bit = 0; bit < bytes.Length * 8; bit++)
        {
            bytes[bit / 8] ^= (byte)(1 << (bit % 8));
            if (TryRead(bytes, out string[] actual))
            {
                actual.ShouldBe(right, $"bit {bit}");
            }

            bytes[bit / 8] ^= (byte)(1 << (bit % 8));
        }

        for (var length = 0; length < bytes.Length; length++)
        {
            Should.Throw<KvStoreCorruptedException>(() => SnapshotFiles.Read(bytes.AsSpan(0, length)), $"cut to {length}");
        }

        byte[][] tails = [[0], [0, 0, 0, 0], [0x1f, 0x8b], [.. bytes.AsSpan(0, 20)]];
        foreach (var tail in tails)
        {
            Should.Throw<KvStoreCorruptedException>(() => SnapshotFiles.Read([.. bytes, .. tail]), Convert.ToHexString(tail));
        }
    }

    [Fact]
    public void Read_EveryFixtureMutatedAtRandom_EndsWithDataOrCorrupted()
    {
        var seed = Random.Shared.Next();
        TestContext.Current.TestOutputHelper?.WriteLine($"seed {seed}");
        var random = new Random(seed);
        var files = Fixtures.ReadAllSnapshots().Where(file => file.Bytes.Length is > 0 and < 16 << 10).ToList();
        for (var round = 0; round < 6000; round++)
        {
            var (fixture, file, bytes) = files[random.Next(files.Count)];
            var mutated = Mutate(bytes, random);
            try
            {
                TryRead(mutated, out SnapshotHeader? _);
            }
            catch (Exception exception)
            {
                throw new InvalidOperationException($"seed {seed}, round {round}, {fixture}/{file}", exception);
            }
        }
    }

    private static byte[] Mutate(byte[] bytes, Random random)
    {
        var mutated = bytes.ToList();
        for (var i = random.Next(1, 5); i > 0; i--)
        {
            var at = random.Next(mutated.Count);
            switch (random.Next(5))
            {
                case 0:
                    mutated[at] = (byte)random.Next(256);
                    break;
                case 1:
                    mutated[at] = Codes[random.Next(Codes.Length)];
                    break;
                case 2:
                    mutated.RemoveRange(at, random.Next(Math.Min(8, mutated.Count - at)));
                    break;
                case 3:
                    mutated.InsertRange(at, mutated.GetRange(at, random.Next(Math.Min(64, mutated.Count - at))));
                    break;
                default:
                    mutated[at] ^= (byte)(1 << random.Next(8));
                    break;
            }

            if (mutated.Count == 0)
            {
                mutated.Add(0);
            }
        }

        return [.. mutated];
    }

    // Codes with long lengths, and what steers JSON.
    private static readonly byte[] Codes = [0xc0, 0xc1, 0xc6, 0xc9, 0xdb, 0xdd, 0xdf, 0xff, 0x80, 0x90, (byte)'{', (byte)'}', (byte)'[', (byte)'"', (byte)'\\'];

    private static bool IsRight(byte[] bytes, KvFormat format, string what)
    {
        if (!TryRead(bytes, out string[] actual))
        {
            return false;
        }

        actual.ShouldBe(format == KvFormat.Json ? RightJson : Right, what);
        return true;
    }

    private static bool TryRead(byte[] bytes, out string[] records)
    {
        var sink = new CollectingSink();
        var isRead = TryRead(bytes, sink, out _);
        records = SnapshotFiles.Describe(sink.Records);
        return isRead;
    }

    private static void TryReadNaming(byte[] bytes, int bit, out SnapshotHeader? header)
    {
        try
        {
            TryRead(bytes, out header);
        }
        catch (Exception exception)
        {
            throw new InvalidOperationException($"bit {bit}", exception);
        }
    }

    private static bool TryRead(byte[] bytes, out SnapshotHeader? header) => TryRead(bytes, new NullSink(), out header);

    private static bool TryRead(byte[] bytes, ISnapshotSink sink, out SnapshotHeader? header)
    {
        try
        {
            header = SnapshotFiles.Read(bytes, sink);
            return true;
        }
        catch (KvStoreCorruptedException exception)
        {
            exception.File.ShouldBe(SnapshotFiles.Path);
            exception.Reason.ShouldNotBeNullOrEmpty();
            header = null;
            return false;
        }
    }

    private sealed class NullSink : ISnapshotSink
    {
        public void Expect(int count)
        {
        }

        public void Add(Record record)
        {
        }

        public void Restart()
        {
        }
    }

    private static List<Record> SmallRecords(KvFormat format)
    {
        var json = format == KvFormat.Json;
        var flags = json ? RecordFlags.Json : RecordFlags.None;
        var text = json ? "\"text\""u8 : [0xa4, .. "text"u8];
        var map = json ? "{\"a\":[1,2,null],\"b\":\"x\"}"u8 : [0x82, 0xa1, (byte)'a', 0x93, 1, 2, 0xc0, 0xa1, (byte)'b', 0xa1, (byte)'x'];
        return
        [
            SnapshotFiles.NewRecord("", json ? "0"u8 : [0], flags: flags),
            SnapshotFiles.NewRecord("all", map, 4102444800000000123, "01a201c8-d370-7e19-a3a5-91680bc0ff98", 60_000_000_000, 4102444800000000999, ["red", "größe"], flags),
            SnapshotFiles.NewRecord("plain", text, flags: flags),
            SnapshotFiles.NewRecord("quote\" \\ \n <&> \u2028 ü 😀", text, -5, flags: flags),
        ];
    }

    private static List<Record> LargeRecords(KvFormat format, Random random)
    {
        var records = new List<Record>();
        var json = format == KvFormat.Json;
        var value = new byte[300];
        for (var i = 0; i < 12_000; i++)
        {
            random.NextBytes(value);
            value[0] = 0xc5;
            value[1] = (byte)((value.Length - 3) >> 8);
            value[2] = unchecked((byte)(value.Length - 3));
            records.Add(SnapshotFiles.NewRecord($"key-{i:d6}", json ? System.Text.Encoding.ASCII.GetBytes($"\"{Convert.ToHexString(value)}\"") : value, flags: json ? RecordFlags.Json : RecordFlags.None));
        }

        return records;
    }
}
