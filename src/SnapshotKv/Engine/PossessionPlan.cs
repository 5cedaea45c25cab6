using System.Globalization;
using SnapshotKv.Journal;

namespace SnapshotKv.Engine;

/// <summary>Which files are kept, set aside or dropped after what was found.</summary>
internal sealed class PossessionPlan
{
    private readonly List<ulong> _dropped = [];

    /// <param name="journal">The segments.</param>
    /// <param name="found">The snapshots.</param>
    /// <param name="outcome">What following the journal from the loaded snapshot came to.</param>
    /// <param name="announced">Files that an earlier opening was about to set aside, by name, with what it wrote of them.</param>
    public PossessionPlan(JournalReader journal, FoundSnapshots found, JournalOutcome outcome, IReadOnlyDictionary<string, string> announced)
    {
        Snapshots = [.. found.Damaged.Select(item => new KvRecoveryProblem(item.Snapshot.FileName, item.Damage.Message, null) { Offset = item.Damage.Offset })];
        var problems = new SortedDictionary<ulong, KvRecoveryProblem>();
        foreach (var spot in outcome.Blemishes)
        {
            problems.TryAdd(spot.Segment.File.Ordinal, ToProblem(spot, "no commit is missing because of that"));
        }

        if (outcome.Break is { } end)
        {
            problems[end.Segment.File.Ordinal] = ToProblem(end, "commits that had been flushed are missing from there on");
            foreach (var segment in outcome.CutOff)
            {
                problems.TryAdd(segment.File.Ordinal, new(segment.File.FileName, $"it goes on from '{end.Segment.File.FileName}', from which commits are missing", null));
            }
        }

        if (found.IsForeign)
        {
            Overrule(journal, found, outcome, problems);
        }

        foreach (var segment in journal.Segments)
        {
            // Unless it turned out to be of use after all: the damage was repaired meanwhile.
            if (announced.TryGetValue(segment.File.FileName, out var reason) && !outcome.Taken.Contains(segment))
            {
                problems.TryAdd(segment.File.Ordinal, new(segment.File.FileName, reason.Trim(), null));
            }
        }

        Segments = [.. problems.Values];
        Kept = [.. journal.Segments
            .Where(segment => !problems.ContainsKey(segment.File.Ordinal) && !_dropped.Contains(segment.File.Ordinal))
            .Select(segment => new ClosedSegment(segment.File.Ordinal, segment.File.Length, outcome.LastNumbers.GetValueOrDefault(segment.File.Ordinal)))];
    }

    /// <summary>The damaged snapshots, newest first.</summary>
    public IReadOnlyList<KvRecoveryProblem> Snapshots { get; }

    /// <summary>The segments that are set aside, in order.</summary>
    public IReadOnlyList<KvRecoveryProblem> Segments { get; }

    /// <summary>The segments that stay.</summary>
    public IReadOnlyList<ClosedSegment> Kept { get; }

    /// <summary>Whether a segment is moved away or dropped.</summary>
    public bool IsAnySegment => Segments.Count + _dropped.Count > 0;

    /// <param name="isSaveDue">Whether a snapshot must come first.</param>
    public Possession? ToPossession(bool isSaveDue) => isSaveDue || Snapshots.Count > 0 ? new(isSaveDue, Snapshots, Segments, _dropped) : null;

    /// <summary>Go wrote after us: what only the journal holds is set aside, what a snapshot holds, too, is dropped.</summary>
    private void Overrule(JournalReader journal, FoundSnapshots found, JournalOutcome outcome, SortedDictionary<ulong, KvRecoveryProblem> problems)
    {
        foreach (var segment in journal.Segments)
        {
            if (outcome.Committed.Contains(segment))
            {
                problems.TryAdd(segment.File.Ordinal, new(segment.File.FileName, $"it holds commits that no snapshot has, and '{found.Loaded!.FileName}', which Go wrote afterwards, does not go on from them", null));
            }
            else if (!problems.ContainsKey(segment.File.Ordinal))
            {
                _dropped.Add(segment.File.Ordinal);
            }
        }
    }

    private static KvRecoveryProblem ToProblem(JournalSpot spot, string consequence) =>
        new(spot.Segment.File.FileName, string.Create(CultureInfo.InvariantCulture, $"at byte {spot.Offset}: {spot.Reason}; {consequence}"), null) { Offset = spot.Offset };
}
