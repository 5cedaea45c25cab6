using SnapshotKv.Format;

namespace SnapshotKv.Tests.Format;

public sealed class Rfc3339Tests
{
    [Theory]
    [InlineData("2026-11-22T11:13:39.47931074+05:30", "2026-11-22T11:13:39.4793107+05:30")]
    [InlineData("2026-11-22T11:13:39Z", "2026-11-22T11:13:39.0000000+00:00")]
    [InlineData("2026-11-22T11:13:39.5Z", "2026-11-22T11:13:39.5000000+00:00")]
    [InlineData("2026-11-22T11:13:39.123456789-03:30", "2026-11-22T11:13:39.1234567-03:30")]
    public void TryParse_AsGoWrites_KeepsSevenDigits(string text, string expected)
    {
        Rfc3339.TryParse(text, out var value).ShouldBeTrue();
        value.ToString("O").ShouldBe(expected);
    }

    [Theory]
    [InlineData("")]
    [InlineData("2026-11-22")]
    [InlineData("2026-11-22T11:13:39")]
    [InlineData("2026-11-22T11:13:39.123456789")]
    [InlineData("2026-13-22T11:13:39Z")]
    [InlineData("2026-11-22 11:13:39Z")]
    [InlineData("not an instant at all, but long enough")]
    public void TryParse_Other_IsFalse(string text) => Rfc3339.TryParse(text, out _).ShouldBeFalse();
}
