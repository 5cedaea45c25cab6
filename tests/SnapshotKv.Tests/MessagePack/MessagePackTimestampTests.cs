using System.Buffers;
using FsCheck;
using FsCheck.Fluent;
using SnapshotKv.MessagePack;

namespace SnapshotKv.Tests.MessagePack;

public sealed class MessagePackTimestampTests
{
    [Theory]
    [InlineData(0, 0, "d6ff00000000")]
    [InlineData(4294967295, 0, "d6ffffffffff")]
    [InlineData(4294967296, 0, "d7ff0000000100000000")]
    [InlineData(0, 1, "d7ff0000000400000000")]
    [InlineData(17179869183, 999999999, "d7ffee6b27ffffffffff")]
    [InlineData(17179869184, 0, "c70cff000000000000000400000000")]
    [InlineData(-1, 500000000, "c70cff1dcd6500ffffffffffffffff")]
    [InlineData(-62135596800, 0, "c70cff00000000fffffff1886e0900")]
    public void WriteTimestamp_AtEachBoundary_IsAsGoWritesItAndReadsBack(long seconds, uint nanoseconds, string hex)
    {
        var buffer = new ArrayBufferWriter<byte>();
        var writer = new MessagePackWriter(buffer);
        writer.WriteTimestamp(new(seconds, nanoseconds));
        writer.Flush();

        Convert.ToHexStringLower(buffer.WrittenSpan).ShouldBe(hex);
        new MessagePackReader(buffer.WrittenSpan).ReadTimestamp().ShouldBe(new MessagePackTimestamp(seconds, nanoseconds));
    }

    [Theory]
    [InlineData("ee6b280000000000")]
    [InlineData("3b9aca000000000000000000")]
    [InlineData("")]
    [InlineData("000000")]
    [InlineData("0000000000")]
    public void TryRead_WrongSizeOrTooManyNanoseconds_IsFalse(string payload) =>
        MessagePackTimestamp.TryRead(Hex.Bytes(payload), out _).ShouldBeFalse();

    [Theory]
    [InlineData(long.MinValue)]
    [InlineData(-62135596801)]
    [InlineData(253402300800)]
    [InlineData(long.MaxValue)]
    public void TryGetDateTimeOffset_OutsideTheYears1To9999_IsFalse(long seconds) =>
        new MessagePackTimestamp(seconds, 999_999_999).TryGetDateTimeOffset(out _).ShouldBeFalse();

    [Fact]
    public void TryGetDateTimeOffset_LastNanosecondOf9999_IsTheLastInstant()
    {
        new MessagePackTimestamp(253402300799, 999_999_999).TryGetDateTimeOffset(out var value).ShouldBeTrue();
        value.ShouldBe(DateTimeOffset.MaxValue);
    }

    [Fact]
    public void FromDateTimeOffset_AnyInstant_ComesBack() => Prop.ForAll<DateTime, uint>((time, ticks) =>
    {
        var value = new DateTimeOffset(time.Ticks ^ (ticks & 0xffff), TimeSpan.Zero);
        return MessagePackTimestamp.FromDateTimeOffset(value).TryGetDateTimeOffset(out var back) && back == value;
    }).QuickCheckThrowOnFailure();
}
