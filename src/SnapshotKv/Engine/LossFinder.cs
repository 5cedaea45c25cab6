using SnapshotKv.Journal;
using SnapshotKv.Snapshots;

namespace SnapshotKv.Engine;

/// <summary>Finds out what of the commits that snapshots tell of is not in the state that was put together.</summary>
internal sealed class LossFinder
{
    private readonly FoundSnapshots _found;
    private readonly bool _isAnyUnknown;

    /// <summary>Looks into the other snapshots, as far as they can be read: only after damage, or when Go wrote the one that was loaded.</summary>
    /// <param name="catalog">Where they lie.</param>
    /// <param name="reader">Reads them.</param>
    /// <param name="maxSnapshotBytes">How long a snapshot may be, uncompressed.</param>
    /// <param name="found">What was loaded, and what was not.</param>
    /// <param name="hasJournal">Whether there is a segment: only we write these.</param>
    /// <exception cref="IOException">The disk refused it.</exception>
    public LossFinder(SnapshotCatalog catalog, SnapshotReader reader, long maxSnapshotBytes, FoundSnapshots found, bool hasJournal)
    {
        _found = found;
        HasWorkedHere = hasJournal;
        Highest = found.Sequence;
        if (found.Damaged.Count == 0 && !found.IsForeign)
        {
            return;
        }

        for (var i = 0; i < found.Listing.Candidates.Count; i++)
        {
            var isDamaged = i < found.Damaged.Count;
            var sequence = ReadSequence(catalog, reader, maxSnapshotBytes, found.Listing.Candidates[i]);
            Highest = Math.Max(Highest, sequence ?? 0);
            if (isDamaged)
            {
                // A number that is not behind that of an older snapshot is damaged itself.
                _isAnyUnknown |= sequence is null || sequence <= found.Sequence;
                Known = Math.Max(Known, sequence ?? 0);
            }
            else if (sequence is not null)
            {
                HasWorkedHere = true;
                NewestOfOurs = Math.Max(NewestOfOurs, sequence.Value);
            }
        }
    }

    /// <summary>The highest number in any snapshot that can be read; 0 where only the loaded one was looked at and has none.</summary>
    public ulong Highest { get; }

    /// <summary>The highest number that a damaged snapshot tells; 0 for none.</summary>
    public ulong Known { get; }

    /// <summary>The highest number of a snapshot of ours, when Go wrote the one that was loaded.</summary>
    public ulong NewestOfOurs { get; }

    /// <summary>Whether there are snapshots of ours before one that Go wrote, or a journal beside it.</summary>
    public bool HasWorkedHere { get; }

    /// <summary>Whether commits are missing, and which.</summary>
    public (bool IsLost, KvMissingCommits? Missing) Judge(JournalOutcome outcome)
    {
        if (_found.IsForeign)
        {
            // What only the journal has: Go's snapshot does not go on from it.
            var last = Math.Max(outcome.LastCommit, outcome.MissingThrough);
            var isOverruled = outcome.Commits + outcome.FramesBehind > 0 || outcome.Break is not null;
            return isOverruled ? (true, new(NewestOfOurs + 1, last > NewestOfOurs ? last : null)) : (_found.Damaged.Count > 0, null);
        }

        if (outcome.Break is not null || outcome.MissingThrough > 0)
        {
            return (true, new(outcome.LastCommit + 1, outcome.MissingThrough > 0 ? outcome.MissingThrough : null));
        }

        return _isAnyUnknown ? (true, new(outcome.LastCommit + 1, null)) : (false, null);
    }

    private static ulong? ReadSequence(SnapshotCatalog catalog, SnapshotReader reader, long maxSnapshotBytes, SnapshotFile file)
    {
        try
        {
            return reader.ReadHead(catalog.GetPath(file.FileName), maxSnapshotBytes).Sequence;
        }
        catch (KvStoreCorruptedException)
        {
            // It tells nothing, and counts as such.
            return null;
        }
    }
}
