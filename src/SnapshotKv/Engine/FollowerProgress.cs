using Microsoft.Extensions.Logging;
using SnapshotKv.Diagnostics;

namespace SnapshotKv.Engine;

/// <summary>How far a follower has come and what stands in its way: for whoever asks, and for the log, which is told of each thing once.</summary>
/// <remarks>Thread-safe.</remarks>
internal sealed class FollowerProgress(TimeProvider timeProvider, ILogger logger)
{
    /// <summary>How many different problems the log is told of until it has recovered.</summary>
    private const int MostTold = 16;

    /// <summary>For how long it keeps what has expired by its clock: the owner may have slid it on and not told the journal yet, or the clocks may differ.</summary>
    private static readonly TimeSpan SweepGrace = TimeSpan.FromMinutes(1);

    private readonly Lock _lock = new();
    private readonly DateTimeOffset _openedAt = timeProvider.GetUtcNow();
    private DateTimeOffset? _caughtUpAt;
    private FollowerTrouble? _trouble;
    private SnapshotInfo? _loaded;
    private long _reloads;

    /// <summary>What the log was told since the trouble began.</summary>
    private readonly HashSet<string> _told = new(StringComparer.Ordinal);

    /// <summary>The snapshot that was read last; null when there was none.</summary>
    public SnapshotInfo? Loaded
    {
        get
        {
            lock (_lock)
            {
                return _loaded;
            }
        }
    }

    /// <summary>
    /// The instant up to which what has expired may be taken out of memory, in Unix nanoseconds. What the owner has slid on since the last look that found everything stays, so that
    /// the note of it finds its entry; while something stands in the way, nothing is taken out.
    /// </summary>
    public long SweepLimit
    {
        get
        {
            lock (_lock)
            {
                var now = timeProvider.GetUtcNow();
                return _trouble is not null || _caughtUpAt is not { } caughtUpAt ? 0 : KvClock.FromDateTimeOffset((caughtUpAt < now ? caughtUpAt : now) - SweepGrace);
            }
        }
    }

    /// <summary>How it is at this moment.</summary>
    /// <param name="version">The last commit.</param>
    /// <param name="commits">How many were carried out.</param>
    public KvFollowerStatus Describe(ulong version, long commits)
    {
        lock (_lock)
        {
            return new()
            {
                Version = (long)version,
                CaughtUpAt = _caughtUpAt,
                Lag = timeProvider.GetUtcNow() - (_caughtUpAt ?? _openedAt) is var lag && lag > TimeSpan.Zero ? lag : TimeSpan.Zero,
                Problem = _trouble?.Problem,
                Error = _trouble?.Error,
                ProblemSince = _trouble?.Since,
                Commits = commits,
                Reloads = _reloads,
                Snapshot = _loaded,
            };
        }
    }

    /// <summary>Everything was read.</summary>
    /// <param name="loaded">The snapshot; null when there was none.</param>
    /// <param name="isAnew">Whether that was not for the first time.</param>
    public void NoteLoaded(SnapshotInfo? loaded, bool isAnew)
    {
        lock (_lock)
        {
            _loaded = loaded;
            _reloads += isAnew ? 1 : 0;
        }
    }

    /// <summary>It has everything that the directory has.</summary>
    /// <param name="version">The last commit.</param>
    public void NoteCaughtUp(ulong version)
    {
        FollowerTrouble? ended;
        var now = timeProvider.GetUtcNow();
        lock (_lock)
        {
            _caughtUpAt = now;
            (ended, _trouble) = (_trouble, null);
            _told.Clear();
        }

        if (ended is not null)
        {
            logger.FollowerRecovered(now - ended.Since, version);
        }
    }

    /// <summary>Something stands in its way. Told once in the log, however often it is found again.</summary>
    /// <param name="problem">What, in words.</param>
    /// <param name="error">What it failed with; null for nothing.</param>
    /// <param name="version">The last commit.</param>
    /// <returns>Whether the log was told now.</returns>
    public bool NoteProblem(string problem, Exception? error, ulong version)
    {
        bool isNew;
        lock (_lock)
        {
            isNew = _told.Count < MostTold && _told.Add(problem);
            _trouble = new(problem, error, _trouble?.Since ?? timeProvider.GetUtcNow());
        }

        if (isNew)
        {
            logger.FollowerTroubled(error, problem, version);
        }

        return isNew;
    }
}
