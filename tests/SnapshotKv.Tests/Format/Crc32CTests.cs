using SnapshotKv.Format;

namespace SnapshotKv.Tests.Format;

public sealed class Crc32CTests
{
    [Fact]
    public void Value_PublishedVectors_Match()
    {
        // RFC 3720, appendix B.4, and the usual check string.
        Sum("123456789"u8).ShouldBe(0xe3069283u);
        Sum(new byte[32]).ShouldBe(0x8a9136aau);
        Sum([.. Enumerable.Repeat((byte)0xff, 32)]).ShouldBe(0x62a8ab43u);
        Sum([]).ShouldBe(0u);
    }

    [Fact]
    public void Append_InPiecesOfAnySize_IsTheSame()
    {
        var bytes = new byte[100];
        new Random(1).NextBytes(bytes);
        for (var cut = 0; cut <= bytes.Length; cut++)
        {
            var checksum = new Crc32C();
            checksum.Append(bytes.AsSpan(0, cut));
            checksum.Append(bytes.AsSpan(cut));
            checksum.Value.ShouldBe(Sum(bytes));
        }
    }

    private static uint Sum(ReadOnlySpan<byte> bytes)
    {
        var checksum = new Crc32C();
        checksum.Append(bytes);
        return checksum.Value;
    }
}
