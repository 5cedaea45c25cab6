using SnapshotKv.Format;

namespace SnapshotKv.Journal;

/// <summary>How large segments are made: small at first, so that a quiet store takes little of the disk, and twice as large with each one that is filled.</summary>
/// <param name="Smallest">Bytes of the first segment of an opening.</param>
/// <param name="Largest">Bytes of the largest.</param>
internal sealed record SegmentSizes(long Smallest, long Largest)
{
    /// <summary>A journal has at least so many segments before it is full, so that dropping one makes room.</summary>
    private const int LeastSegments = 8;

    public static SegmentSizes Default { get; } = new(1L << 20, 16L << 20);

    /// <summary>The size of the next segment.</summary>
    /// <param name="previous">That of the one before; 0 for none.</param>
    /// <param name="frame">The bytes of the frame that it must hold.</param>
    /// <param name="maxJournalBytes">What all segments together may take.</param>
    public long Next(long previous, long frame, long maxJournalBytes)
    {
        var size = Math.Min(Math.Clamp(previous * 2, Smallest, Largest), maxJournalBytes / LeastSegments);
        return RoundUp(Math.Max(size, JournalSegmentHeader.PageSize + frame));
    }

    /// <summary>Segments are made of whole pages.</summary>
    public static long RoundUp(long size) => (size + JournalSegmentHeader.PageSize - 1) & ~(JournalSegmentHeader.PageSize - 1L);
}
