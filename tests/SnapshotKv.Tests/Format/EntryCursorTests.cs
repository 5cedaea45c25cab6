using SnapshotKv.Format;

namespace SnapshotKv.Tests.Format;

public sealed class EntryCursorTests
{
    [Theory]
    [InlineData(new byte[] { 0xcc, 0xff }, 255L)]
    [InlineData(new byte[] { 0xcd, 0x01, 0x02 }, 258L)]
    [InlineData(new byte[] { 0xd3, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xfe }, -2L)]
    public void TryReadInteger_BytesEndWithinIt_IsNotReadAndAsksForMore(byte[] bytes, long expected)
    {
        for (var length = 0; length < bytes.Length; length++)
        {
            var cut = new EntryCursor(bytes.AsSpan(0, length), 0);
            cut.TryReadInteger("a number", out _).ShouldBeFalse();
            cut.Claimed.ShouldBeGreaterThan((ulong)length);
        }

        var whole = new EntryCursor(bytes, 0);
        whole.TryReadInteger("a number", out var value).ShouldBeTrue();
        value.ShouldBe(expected);
        whole.Position.ShouldBe(bytes.Length);
    }
}
