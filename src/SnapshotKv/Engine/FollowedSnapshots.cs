using SnapshotKv.Snapshots;

namespace SnapshotKv.Engine;

/// <summary>Notices the owner's snapshots: whether one is ahead of what the journal leads to, and which those who watch them are to be told of.</summary>
/// <remarks>Not thread-safe.</remarks>
internal sealed class FollowedSnapshots(FollowedDirectory directory, SnapshotNews news)
{
    private SnapshotFile? _newest;
    private ulong? _newestSequence;
    private string? _problem;
    private bool _isGone;

    /// <summary>Why what there is does not tell everything, until the next snapshot comes; null when it does.</summary>
    public string? Problem => _isGone ? "the snapshots that were there are gone" : _problem ?? news.Problem;

    /// <summary>What was found when everything was read.</summary>
    /// <param name="state">What.</param>
    /// <param name="isAnew">Whether that was not for the first time: then what was not there before is told of.</param>
    public void Begin(FollowedState state, bool isAnew)
    {
        // A damaged one that is newer than the one that was loaded has been seen, too.
        var found = state.Found;
        SnapshotFile? newest = found.Listing.Candidates is [var first, ..] ? first : null;
        if (isAnew && newest?.FileName != _newest?.FileName)
        {
            news.Announce(found.Damaged.Count == 0 ? newest : null);
        }

        _newest = newest;
        _newestSequence = found.Damaged.Count == 0 ? found.Header?.Sequence : null;
        (_problem, _isGone) = (state.Problem, false);
    }

    /// <summary>Looks for a snapshot that was not there the last time.</summary>
    /// <param name="readJournal">Has the rest of the journal taken, and returns the commit that it led to; null when there is more than is taken at once.</param>
    /// <param name="hasJournal">Whether what moves no number, as a sliding expiry does, is in a journal.</param>
    /// <returns>Why everything must be read anew; null when it need not.</returns>
    /// <exception cref="IOException">The disk refused it.</exception>
    public string? LookForNew(Func<ulong?> readJournal, Func<bool> hasJournal)
    {
        var listed = directory.Catalog.List().Candidates;
        news.DropUnlisted(listed);
        if (listed is not [var newest, ..])
        {
            _isGone = _newest is not null;
            return null;
        }

        _isGone = false;
        if (newest.FileName == _newest?.FileName)
        {
            return null;
        }

        if (_newest is { } known && SnapshotName.Compare(newest.Name, known.Name) < 0)
        {
            return $"snapshot '{known.FileName}' is gone, and no newer one is there";
        }

        ulong? sequence;
        try
        {
            sequence = directory.ReadSequence(newest);
        }
        catch (KvStoreCorruptedException exception)
        {
            (_newest, _newestSequence) = (newest, null);
            _problem = SnapshotNews.DescribeDamage(newest, exception);
            return null;
        }

        if (sequence is null)
        {
            return $"Go wrote snapshot '{newest.FileName}'";
        }

        if (sequence < _newestSequence)
        {
            return $"snapshot '{newest.FileName}' ends with commit {sequence}, before the one that was there";
        }

        if (readJournal() is not { } reached)
        {
            return null;
        }

        if (reached < sequence)
        {
            return $"snapshot '{newest.FileName}' is ahead of the journal";
        }

        if (reached == sequence && !hasJournal())
        {
            return $"snapshot '{newest.FileName}' is all there is";
        }

        (_newest, _newestSequence, _problem) = (newest, sequence, null);
        news.Announce(newest);
        return null;
    }
}
