using SnapshotKv.Format;
using SnapshotKv.Tests.Snapshots;

namespace SnapshotKv.Tests.Format;

/// <summary>The room that an entry is given before it is written: enough for the worst that its bytes can become, and not much more than that.</summary>
public sealed class JsonSnapshotEncoderTests
{
    /// <summary>Names, punctuation and numbers.</summary>
    private const int Overhead = 256;

    [Theory]
    [InlineData(0, 0, 0)]
    [InlineData(10_000, 0, 0)]
    [InlineData(0, 100_000, 0)]
    [InlineData(0, 99_999, 0)]
    [InlineData(0, 0, 200)]
    [InlineData(5_000, 50_000, 100)]
    public void GetLargestSize_OfTheWorst_IsWhatItTakesAndLittleMore(int keyLength, int valueLength, int tags)
    {
        // A control character takes six bytes; all numbers have as many digits as they can.
        var record = SnapshotFiles.NewRecord(
            new string('\u0001', Math.Max(keyLength, 1)),
            new byte[valueLength],
            deadline: long.MinValue + 1,
            tags: [.. Enumerable.Range(0, tags).Select(static tag => new string('\u0001', 100) + tag)]);
        var room = JsonSnapshotEncoder.Instance.GetLargestSize(record);
        var written = JsonSnapshotEncoder.Instance.WriteEntry(record, isFirst: false, new byte[room]);

        // A record has two bytes for the length of each tag, and room is made for as much again.
        (room - written).ShouldBeInRange(0, Overhead + (2 * record.Tags.Length) + (tags * 40));
    }
}
