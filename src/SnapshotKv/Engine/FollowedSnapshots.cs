using SnapshotKv.Snapshots;

namespace SnapshotKv.Engine;

/// <summary>Notices the owner's snapshots: whether one is ahead of what the journal leads to, and for those who watch them.</summary>
/// <remarks>Not thread-safe.</remarks>
internal sealed class FollowedSnapshots(FollowedDirectory directory, SnapshotWatchers watchers, TimeProvider timeProvider)
{
    /// <summary>How many looks later it is tried again to read a snapshot for those who watch: a second, about.</summary>
    private const int LooksPerAttempt = 20;

    private SnapshotFile? _newest;
    private ulong? _newestSequence;
    private string? _problem;
    private bool _isGone;

    /// <summary>The newest snapshot, while those who watch were not told of it.</summary>
    private SnapshotFile? _untold;

    /// <summary>Why not, when it could not be read.</summary>
    private string? _untoldProblem;
    private int _looksUntilAttempt;

    /// <summary>Why what there is does not tell everything, until the next snapshot comes; null when it does.</summary>
    public string? Problem => _isGone ? "the snapshots that were there are gone" : _problem ?? _untoldProblem;

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
            SetUntold(found.Damaged.Count == 0 ? newest : null);
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
        if (directory.Catalog.List().Candidates is not [var newest, ..])
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
            _problem = DescribeDamage(newest, exception);
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
        SetUntold(newest);
        return null;
    }

    /// <summary>
    /// Tells those who watch what the newest snapshot holds, if they were not told yet. It is read only where somebody watches. What the disk refuses is tried again by a later call; what is
    /// damaged is not, and stands in the way until the next snapshot.
    /// </summary>
    public void TellNewest()
    {
        if (_untold is not { } newest || _looksUntilAttempt-- > 0)
        {
            return;
        }

        if (watchers.CommonPrefix is not { } prefix)
        {
            SetUntold(null);
            return;
        }

        try
        {
            var loaded = directory.Read(newest, prefix);
            var now = KvClock.FromDateTimeOffset(timeProvider.GetUtcNow());
            var tell = watchers.Prepare(newest.ToInfo(), loaded.Header.Sequence ?? 0, loaded.Header.Format, loaded.LiveRecords(now).Span);
            SetUntold(null);
            tell?.Invoke();
        }
        catch (Exception exception) when (exception is FileNotFoundException or DirectoryNotFoundException)
        {
            // The owner has dropped it: the next look finds a newer one.
        }
        catch (KvStoreCorruptedException exception)
        {
            SetUntold(null);
            _problem ??= DescribeDamage(newest, exception);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            _untoldProblem = $"the newest snapshot, '{newest.FileName}', cannot be read for those who watch snapshots: {exception.Message}";
            _looksUntilAttempt = LooksPerAttempt - 1;
        }
    }

    private void SetUntold(SnapshotFile? snapshot) => (_untold, _untoldProblem, _looksUntilAttempt) = (snapshot, null, 0);

    private static string DescribeDamage(SnapshotFile snapshot, KvStoreCorruptedException exception) =>
        $"the newest snapshot, '{snapshot.FileName}', cannot be read: {(exception.Reason ?? exception.Message).TrimEnd('.')}";
}
