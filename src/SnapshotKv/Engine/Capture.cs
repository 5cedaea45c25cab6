using SnapshotKv.Format;

namespace SnapshotKv.Engine;

/// <summary>All entries of one instant between two commits. The records are immutable, so nothing else needs to be held.</summary>
/// <param name="Sequence">The last commit that is in it.</param>
/// <param name="Records">All records, dead ones too, in no order.</param>
/// <param name="HasDeadlines">Whether any of them expires.</param>
internal sealed record Capture(ulong Sequence, ArraySegment<Record> Records, bool HasDeadlines)
{
    /// <summary>The records that are alive at an instant, moved together in the same array: what was captured is not to be asked for afterwards.</summary>
    /// <param name="now">In Unix nanoseconds.</param>
    public ReadOnlyMemory<Record> TakeLive(long now)
    {
        if (!HasDeadlines)
        {
            return Records;
        }

        var count = 0;
        Span<Record> records = Records;
        for (var i = 0; i < records.Length; i++)
        {
            RecordPrefetch.Ahead(records, i);
            if (!records[i].IsExpiredAt(now))
            {
                records[count++] = records[i];
            }
        }

        return Records[..count];
    }
}
