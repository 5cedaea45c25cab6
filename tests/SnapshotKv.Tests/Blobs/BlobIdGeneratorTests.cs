using System.Security.Cryptography;
using SnapshotKv.Blobs;
using SnapshotKv.Testing;

namespace SnapshotKv.Tests.Blobs;

public sealed class BlobIdGeneratorTests
{
    private static readonly DateTimeOffset Start = new(2026, 3, 1, 14, 30, 22, 123, TimeSpan.Zero);

    private readonly ManualTimeProvider _clock = new(Start);
    private readonly RandomNumberGenerator _random = RandomNumberGenerator.Create();

    [Fact]
    public void Next_Always_IsVersion7OfItsMillisecond()
    {
        var id = NewGenerator().Next();

        id.Value.Version.ShouldBe(7);
        (id.Value.Variant >> 2).ShouldBe(2);
        MillisecondsOf(id).ShouldBe(Start.ToUnixTimeMilliseconds());
        BlobId.TryParse(id.ToString(), out var parsed).ShouldBeTrue();
        parsed.ShouldBe(id);
    }

    [Fact]
    public void Next_FractionOfTheMillisecond_StandsBehindTheVersion()
    {
        _clock.SetUtcNow(Start.AddTicks(TimeSpan.TicksPerMillisecond / 2));

        NewGenerator().Next().ToString().Substring(14, 4).ShouldBe("7800");
    }

    [Fact]
    public void Next_ClockStandsStill_RisesThroughTheMillisecondAndBeyond()
    {
        var generator = NewGenerator();
        var ids = Enumerable.Range(0, 10_000).Select(_ => generator.Next()).ToList();

        ids.Select(id => id.ToString()).ShouldBeInOrder(SortDirection.Ascending, StringComparer.Ordinal);
        ids.ToHashSet().Count.ShouldBe(ids.Count);
        ids.ShouldAllBe(id => id.Value.Version == 7);
        MillisecondsOf(ids[^1]).ShouldBe(Start.ToUnixTimeMilliseconds() + 2);
    }

    [Fact]
    public void Next_ClockGoesBack_StillRises()
    {
        var generator = NewGenerator();
        var before = generator.Next();
        _clock.SetUtcNow(Start.AddYears(-80));

        string.CompareOrdinal(generator.Next().ToString(), before.ToString()).ShouldBePositive();
    }

    [Fact]
    public void Next_ClockBefore1970_IsNotNegative()
    {
        _clock.SetUtcNow(new(1960, 1, 1, 0, 0, 0, TimeSpan.Zero));

        MillisecondsOf(NewGenerator().Next()).ShouldBe(0);
    }

    [Fact]
    public void Next_ManyIds_SpreadOverTheShards()
    {
        var generator = NewGenerator();

        Enumerable.Range(0, 1000).Select(_ => generator.Next().ShardName).Distinct().Count().ShouldBeGreaterThan(700);
    }

    private static long MillisecondsOf(BlobId id) => Convert.ToInt64(id.ToString().Replace("-", "", StringComparison.Ordinal)[..12], 16);

    private BlobIdGenerator NewGenerator() => new(_clock, _random);
}
