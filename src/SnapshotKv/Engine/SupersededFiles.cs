using Microsoft.Extensions.Logging;
using SnapshotKv.Blobs;
using SnapshotKv.Diagnostics;
using SnapshotKv.Journal;
using SnapshotKv.Snapshots;

namespace SnapshotKv.Engine;

/// <summary>What a snapshot that is on the device makes superfluous: segments of the journal, older snapshots, the blobs that only these needed. Deletes it.</summary>
/// <remarks>For one save at a time.</remarks>
/// <param name="kept">Which snapshots are kept whatever their age.</param>
/// <param name="blobs">Deletes blobs.</param>
/// <param name="journalFiles">The segments of earlier openings.</param>
/// <param name="journal">The journal; null where there is none.</param>
/// <param name="options">How many snapshots are kept.</param>
/// <param name="latest">The last commit in the newest snapshot so far; null when Go wrote that, 0 when there is none.</param>
/// <param name="logger">Told of what was deleted, and of what could not be.</param>
internal sealed class SupersededFiles(
    SnapshotHistory kept, BlobCollector blobs, JournalFiles journalFiles, JournalWriter? journal, SnapshotKvOptions options, ulong? latest, ILogger logger)
{
    private ulong? _latest = latest;

    /// <summary>A snapshot is there, and nothing is deleted for it yet.</summary>
    /// <param name="sequence">The last commit in it.</param>
    public void Spare(ulong sequence) => _latest = sequence;

    /// <summary>A snapshot is there, and what is superfluous goes.</summary>
    /// <param name="sequence">The last commit in it.</param>
    public void Drop(ulong sequence)
    {
        var keptFrom = DropSegments(sequence);
        kept.ReleaseHolds(keptFrom);
        if (TryPrune())
        {
            blobs.Collect(keptFrom);
        }
    }

    /// <summary>The journal is kept back to the snapshot before this one, should this one turn out to be damaged.</summary>
    /// <returns>The commit from which on the journal is kept; the highest number when there is no journal.</returns>
    private ulong DropSegments(ulong sequence)
    {
        // What Go wrote has no number that the journal could go on from.
        var keptFrom = options.MaxSnapshots > 1 ? _latest ?? sequence : sequence;
        _latest = sequence;
        if (journal is not null)
        {
            journal.NoteSnapshot(sequence, keptFrom);
            return keptFrom;
        }

        journalFiles.Drop(keptFrom);
        return journalFiles.ClosedCount > 0 ? keptFrom : ulong.MaxValue;
    }

    private bool TryPrune()
    {
        try
        {
            if (kept.Prune(RetentionPolicy.From(options)) is [.., var last] deleted)
            {
                logger.SnapshotsPruned(deleted.Count, last);
            }

            return true;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // The snapshot itself is safe; what is too much now is deleted after the next one.
            logger.SnapshotPruneFailed(exception, options.MaxSnapshots);
            return false;
        }
    }
}
