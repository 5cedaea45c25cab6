using System.Buffers.Binary;
using System.Globalization;
using SnapshotKv.Extensions.AspNetCore.Session;
using SnapshotKv.Tests;

namespace SnapshotKv.Extensions.AspNetCore.Tests.Session;

/// <summary>The bytes of a session: kept readable for ever, and never believed.</summary>
public sealed class SessionPayloadTests
{
    private const string Golden = "tests/golden/session-v1.bin";
    private const int HeaderBytes = 45;
    private const int CountAt = 41;

    private static SessionContent Sample => new()
    {
        Id = new Guid("00112233-4455-6677-8899-aabbccddeeff"),
        CreatedAt = new DateTimeOffset(2026, 1, 2, 3, 4, 5, TimeSpan.Zero),
        LastWrittenAt = new DateTimeOffset(2026, 2, 3, 4, 5, 6, TimeSpan.Zero).AddTicks(1),
        IdleTimeout = TimeSpan.FromMinutes(20),
        Values = new Dictionary<string, byte[]> { ["snapshotkv:user"] = "ada"u8.ToArray(), ["cart:ä"] = [0, 1, 255], [""] = [] },
    };

    [Fact]
    public void Payload_OfTheGoldenFile_IsWrittenAndReadAsEver()
    {
        var golden = File.ReadAllBytes(Repository.PathOf(Golden));

        SessionPayload.Write(Sample).ShouldBe(golden);
        SessionPayload.TryRead(golden, out var content, out _).ShouldBeTrue();
        ShouldBeSample(content!);
        content!.UserName.ShouldBe("ada");
    }

    [Fact]
    public void Payload_WithNothingInIt_ComesBack()
    {
        var empty = Sample with { Values = new Dictionary<string, byte[]>(), IdleTimeout = Timeout.InfiniteTimeSpan };

        SessionPayload.Write(empty).Length.ShouldBe(49);
        SessionPayload.TryRead(SessionPayload.Write(empty), out var content, out _).ShouldBeTrue();

        content!.Values.ShouldBeEmpty();
        content.UserName.ShouldBeNull();
        content.IdleTimeout.ShouldBe(Timeout.InfiniteTimeSpan);
    }

    [Fact]
    public void Payload_EveryBitFlipped_IsRefused()
    {
        var good = SessionPayload.Write(Sample);
        for (var at = 0; at < good.Length; at++)
        {
            for (var bit = 0; bit < 8; bit++)
            {
                var bad = good.ToArray();
                bad[at] ^= (byte)(1 << bit);
                SessionPayload.TryRead(bad, out var content, out var fault).ShouldBeFalse($"bit {bit} of byte {at}");
                content.ShouldBeNull();
                fault.ShouldNotBeNullOrEmpty();
            }
        }
    }

    [Fact]
    public void Payload_CutAtEveryLengthOrLengthened_IsRefused()
    {
        var good = SessionPayload.Write(Sample);
        for (var length = 0; length < good.Length; length++)
        {
            SessionPayload.TryRead(good.AsSpan(0, length), out _, out _).ShouldBeFalse($"cut to {length}");
        }

        SessionPayload.TryRead([.. good, 0], out _, out _).ShouldBeFalse();
    }

    [Theory]
    [InlineData(0)]
    [InlineData(2)]
    [InlineData(255)]
    public void Payload_OfAnotherVersion_IsNamed(byte version)
    {
        var other = SessionPayload.Write(Sample);
        other[0] = version;

        SessionPayload.TryRead(other, out _, out var fault).ShouldBeFalse();

        fault!.ShouldContain("version " + version.ToString(CultureInfo.InvariantCulture));
    }

    /// <summary>With a checksum that fits, as only somebody who means it can make.</summary>
    [Theory]
    [InlineData("count", CountAt, int.MaxValue)]
    [InlineData("negative count", CountAt, -1)]
    [InlineData("one key more", CountAt, 4)]
    [InlineData("one key less", CountAt, 2)]
    [InlineData("year 10000", 17, int.MaxValue)]
    [InlineData("before the year 1", 25, -1)]
    [InlineData("value longer than the rest", HeaderBytes + 2 + 15, int.MaxValue)]
    [InlineData("negative length of a value", HeaderBytes + 2 + 15, -1)]
    public void Payload_MadeToMislead_IsRefusedWithoutAskingForMemory(string what, int at, int number)
    {
        var bytes = SessionPayload.Write(Sample);
        BinaryPrimitives.WriteInt32BigEndian(bytes.AsSpan(at), number);
        var before = GC.GetAllocatedBytesForCurrentThread();

        SessionPayload.TryRead(Sealed(bytes), out _, out var fault).ShouldBeFalse(what);

        (GC.GetAllocatedBytesForCurrentThread() - before).ShouldBeLessThan(100_000);
        fault.ShouldBe("its parts do not fit together");
    }

    [Fact]
    public void Payload_WithAKeyTwiceOrNoText_IsRefused()
    {
        var bytes = SessionPayload.Write(Sample with { Values = new Dictionary<string, byte[]> { ["a"] = [1], ["b"] = [2] } });
        const int SecondKey = HeaderBytes + 2 + 1 + 4 + 1 + 2;

        bytes[SecondKey].ShouldBe((byte)'b');
        SessionPayload.TryRead(Sealed(bytes), out _, out _).ShouldBeTrue();
        bytes[SecondKey] = (byte)'a';
        SessionPayload.TryRead(Sealed(bytes), out _, out _).ShouldBeFalse();
        bytes[SecondKey] = 0xff;
        SessionPayload.TryRead(Sealed(bytes), out _, out _).ShouldBeFalse();
    }

    [Fact]
    public void Payload_OfRandomBytes_NeverThrows()
    {
        var seed = Random.Shared.Next();
        TestContext.Current.TestOutputHelper?.WriteLine($"seed {seed}");
        var random = new Random(seed);
        for (var i = 0; i < 20_000; i++)
        {
            var bytes = new byte[random.Next(200)];
            random.NextBytes(bytes);
            if (bytes.Length > 0)
            {
                bytes[0] = SessionPayload.CurrentVersion;
            }

            SessionPayload.TryRead(bytes.Length > 5 ? Sealed(bytes) : bytes, out var content, out var fault).ShouldBe(fault is null, $"seed {seed}");
            (content is null).ShouldBe(fault is not null);
        }
    }

    /// <summary>CRC-32C bit by bit, unlike the code under test.</summary>
    private static byte[] Sealed(byte[] bytes)
    {
        var sum = uint.MaxValue;
        foreach (var b in bytes.AsSpan(..^4))
        {
            sum ^= b;
            for (var bit = 0; bit < 8; bit++)
            {
                sum = (sum >> 1) ^ ((sum & 1) * 0x82F63B78);
            }
        }

        BinaryPrimitives.WriteUInt32BigEndian(bytes.AsSpan(^4..), ~sum);
        return bytes;
    }

    private static void ShouldBeSample(SessionContent content)
    {
        content.Id.ShouldBe(Sample.Id);
        content.CreatedAt.ShouldBe(Sample.CreatedAt);
        content.LastWrittenAt.ShouldBe(Sample.LastWrittenAt);
        content.IdleTimeout.ShouldBe(Sample.IdleTimeout);
        content.Values.Keys.ShouldBe(Sample.Values.Keys);
        foreach (var (key, value) in Sample.Values)
        {
            content.Values[key].ShouldBe(value);
        }
    }
}
