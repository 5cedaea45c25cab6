using SnapshotKv.Journal;

namespace SnapshotKv.Tests.Journal;

public sealed class JournalDirectoryTests
{
    [Theory]
    [InlineData("000000000001.journal", 1)]
    [InlineData("123456789012.journal", 123_456_789_012)]
    [InlineData("1234567890123.journal", 1_234_567_890_123)]
    [InlineData("999999999999999999.journal", 999_999_999_999_999_999)]
    public void TryParse_NameOfASegment_IsItsOrdinal(string name, ulong expected)
    {
        JournalDirectory.TryParse(name, out var ordinal).ShouldBeTrue();

        ordinal.ShouldBe(expected);
        JournalDirectory.GetFileName(ordinal).ShouldBe(name);
    }

    [Theory]
    [InlineData("000000000000.journal")]
    [InlineData("1000000000000000000.journal")]
    [InlineData("18446744073709551615.journal")]
    [InlineData("18446744073709551617.journal")]
    [InlineData("0000000000001.journal")]
    [InlineData("1.journal")]
    [InlineData(".journal")]
    [InlineData("")]
    [InlineData("000000000001")]
    [InlineData("000000000001.journal.tmp")]
    [InlineData("000000000001.JOURNAL")]
    [InlineData("+00000000001.journal")]
    [InlineData("00000000000a.journal")]
    [InlineData("٠٠٠٠٠٠٠٠٠٠٠١.journal")]
    public void TryParse_AnythingElse_IsNone(string name) => JournalDirectory.TryParse(name, out _).ShouldBeFalse();
}
