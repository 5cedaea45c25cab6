using SnapshotKv.Format;

namespace SnapshotKv.Journal;

/// <summary>A segment as a listing found it.</summary>
/// <param name="File">The file.</param>
/// <param name="Header">What its first page says; null when that cannot be read.</param>
/// <param name="Damage">Why it cannot.</param>
internal sealed record SegmentFile(JournalFile File, JournalSegmentHeader? Header, string? Damage)
{
    /// <summary>Whether two segments were made by one opening.</summary>
    public bool IsOfSameOpeningAs(SegmentFile other) =>
        Header is { } header && other.Header is { } its && header.Continues == its.Continues && header.Start == its.Start;
}
