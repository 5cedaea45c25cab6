using System.Diagnostics.CodeAnalysis;
using SnapshotKv.Snapshots;

namespace SnapshotKv.Engine;

/// <summary>
/// Reads the owner's newest snapshot for those who watch snapshots, and tells them: as work of its own beside a follower's looks, so that neither a large snapshot nor a slow watcher holds
/// up what they do.
/// </summary>
/// <remarks>
/// Thread-safe. One snapshot after the other, on the scheduler; of those that come meanwhile the newest is next. Read only where somebody watches. What the disk refuses is tried again a second
/// later, about; what is damaged is not, and stands in the way until the next snapshot. Nobody is waited for at the disposal, and nothing begins after it.
/// </remarks>
internal sealed class SnapshotNews : IDisposable
{
    /// <summary>How many looks later it is tried again to read a snapshot: a second, about.</summary>
    private const int LooksPerAttempt = 20;

    private readonly FollowedDirectory _directory;
    private readonly SnapshotWatchers _watchers;
    private readonly TimeProvider _timeProvider;
    private readonly IWorkScheduler _scheduler;
    private readonly CancellationTokenSource _closing = new();
    private readonly CancellationToken _closed;
    private readonly Lock _lock = new();
    private SnapshotFile? _untold;
    private string? _problem;
    private int _looksUntilAttempt;
    private bool _isUnderWay;

    /// <param name="directory">Where the snapshots lie.</param>
    /// <param name="watchers">Are told.</param>
    /// <param name="timeProvider">Says what has expired.</param>
    /// <param name="scheduler">Does the reading and the telling.</param>
    public SnapshotNews(FollowedDirectory directory, SnapshotWatchers watchers, TimeProvider timeProvider, IWorkScheduler scheduler)
    {
        (_directory, _watchers, _timeProvider, _scheduler) = (directory, watchers, timeProvider, scheduler);
        _closed = _closing.Token;
    }

    /// <summary>Why those who watch cannot be told of the newest snapshot; null when they can.</summary>
    public string? Problem
    {
        get
        {
            lock (_lock)
            {
                return _problem;
            }
        }
    }

    /// <summary>How a damaged snapshot is spoken of.</summary>
    public static string DescribeDamage(SnapshotFile snapshot, KvStoreCorruptedException exception) =>
        $"the newest snapshot, '{snapshot.FileName}', cannot be read: {(exception.Reason ?? exception.Message).TrimEnd('.')}";

    /// <summary>There is a new snapshot: those who watch are to be told of it, and of none before.</summary>
    /// <param name="newest">The snapshot; null for one that nobody can be told of.</param>
    public void Announce(SnapshotFile? newest) => Set(newest, problem: null, looksUntilAttempt: 0);

    /// <summary>Nobody is told of a snapshot that was deleted before it could be read.</summary>
    /// <param name="listed">The snapshots that there are.</param>
    public void DropUnlisted(IReadOnlyList<SnapshotFile> listed)
    {
        lock (_lock)
        {
            if (_untold is { } untold && !listed.Any(snapshot => snapshot.FileName == untold.FileName))
            {
                Announce(null);
            }
        }
    }

    /// <summary>Called by each look, at its end: has the newest snapshot told of, if that was not done yet.</summary>
    public void TellSoon()
    {
        lock (_lock)
        {
            if (_untold is null || _isUnderWay || _looksUntilAttempt-- > 0)
            {
                return;
            }

            _isUnderWay = true;
        }

        _scheduler.Queue(Tell);
    }

    public void Dispose()
    {
        _closing.Cancel();
        _closing.Dispose();
    }

    private void Tell()
    {
        SnapshotFile? untold;
        lock (_lock)
        {
            untold = _untold;
        }

        if (untold is { } newest && !_closed.IsCancellationRequested)
        {
            Tell(newest);
        }

        lock (_lock)
        {
            _isUnderWay = false;
        }
    }

    [SuppressMessage("Design", "CA1031:Do not catch general exception types", Justification = "Nobody waits for it, so whatever goes wrong must not end the process; it is told as a problem.")]
    private void Tell(SnapshotFile newest)
    {
        try
        {
            var tell = Read(newest);
            Settle(newest, problem: null);

            // What was read is told, even when there is a newer one by now: else an owner that saves faster than this reads would never be told of.
            if (!_closed.IsCancellationRequested)
            {
                tell?.Invoke();
            }
        }
        catch (OperationCanceledException) when (_closed.IsCancellationRequested)
        {
            // Nobody wants to know any more.
        }
        catch (Exception exception) when (exception is FileNotFoundException or DirectoryNotFoundException)
        {
            // The owner has dropped it: the next look finds a newer one, or that there is none.
            TryLater(newest, problem: null);
        }
        catch (KvStoreCorruptedException exception)
        {
            Settle(newest, DescribeDamage(newest, exception));
        }
        catch (Exception exception)
        {
            TryLater(newest, $"the newest snapshot, '{newest.FileName}', cannot be read for those who watch snapshots: {exception.Message}");
        }
    }

    /// <returns>What tells those who watch; null when nobody does.</returns>
    private Action? Read(SnapshotFile newest)
    {
        if (_watchers.Begin() is not { } telling)
        {
            return null;
        }

        var loaded = _directory.Read(newest, telling.CommonPrefix, _closed);
        telling.Show(loaded.LiveRecords(KvClock.FromDateTimeOffset(_timeProvider.GetUtcNow())));
        return telling.Complete(newest.ToInfo(), loaded.Header.Sequence ?? 0, loaded.Header.Format);
    }

    private void Settle(SnapshotFile told, string? problem) => SetIfNewest(told, null, problem, 0);

    private void TryLater(SnapshotFile untold, string? problem) => SetIfNewest(untold, untold, problem, LooksPerAttempt - 1);

    /// <summary>What became of one snapshot says nothing of a newer one.</summary>
    private void SetIfNewest(SnapshotFile snapshot, SnapshotFile? untold, string? problem, int looksUntilAttempt)
    {
        lock (_lock)
        {
            if (_untold?.FileName == snapshot.FileName)
            {
                Set(untold, problem, looksUntilAttempt);
            }
        }
    }

    private void Set(SnapshotFile? untold, string? problem, int looksUntilAttempt)
    {
        lock (_lock)
        {
            (_untold, _problem, _looksUntilAttempt) = (untold, problem, looksUntilAttempt);
        }
    }
}
