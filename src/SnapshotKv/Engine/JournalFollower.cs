using System.Diagnostics.CodeAnalysis;
using Microsoft.Extensions.Logging;
using SnapshotKv.Diagnostics;
using SnapshotKv.Journal;

namespace SnapshotKv.Engine;

/// <summary>
/// Keeps a store as its owner has it: looks at the directory again and again, takes what the journal has got since, and reads everything anew where the journal does not lead on.
/// </summary>
/// <remarks>
/// Thread-safe: one look at a time. Reads nothing but files, and writes nothing. What goes wrong is told by <see cref="Status"/> and once in the log; reads go on with what there is, and so do the looks.
/// </remarks>
internal sealed class JournalFollower : IDisposable
{
    /// <summary>How long after a look the next one comes.</summary>
    public static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(50);

    /// <summary>Reading everything anew takes at most one part in five of the time, for an owner without a journal for instance, each of whose snapshots is read.</summary>
    private const int RestPerReload = 4;

    /// <summary>How long it rests after a failure, at least.</summary>
    private static readonly TimeSpan RestAfterFailure = TimeSpan.FromSeconds(1);

    private readonly FollowedDirectory _directory;
    private readonly CommitPipeline _pipeline;
    private readonly IFollowedClaims _serializers;
    private readonly FollowedSnapshots _snapshots;
    private readonly FollowerProgress _progress;
    private readonly TimeProvider _timeProvider;
    private readonly Action<Action> _queue;
    private readonly ILogger _logger;
    private readonly JournalTail _tail;
    private readonly Lock _looking = new();
    private FollowedCommits _commits;
    private ITimer? _timer;
    private int _isQueued;
    private volatile bool _isDisposed;

    private string? _reloadReason;

    /// <summary>Whether everything is to be read anew because of the journal alone, and not of what a snapshot may have besides.</summary>
    private bool _isTailLost;

    /// <summary>Whether that is because the journal could not be read on: where everything cannot be read either, it is the journal's turn again.</summary>
    private bool _isTailFailed;
    private long _restUntil;

    /// <param name="directory">What is followed.</param>
    /// <param name="first">What was read at the opening; its table is the pipeline's already.</param>
    /// <param name="pipeline">Carries the commits out.</param>
    /// <param name="serializers">Is told of claims.</param>
    /// <param name="watchers">Are told of the owner's snapshots.</param>
    /// <param name="timeProvider">The clock that it looks by.</param>
    /// <param name="queue">Has work done in the background.</param>
    /// <param name="logger">The log.</param>
    public JournalFollower(
        FollowedDirectory directory,
        FollowedState first,
        CommitPipeline pipeline,
        IFollowedClaims serializers,
        SnapshotWatchers watchers,
        TimeProvider timeProvider,
        Action<Action> queue,
        ILogger logger)
    {
        _directory = directory;
        _pipeline = pipeline;
        _serializers = serializers;
        _snapshots = new(directory, watchers, timeProvider);
        _progress = new(timeProvider, logger);
        _timeProvider = timeProvider;
        _queue = queue;
        _logger = logger;
        _tail = new(directory.FileSystem, directory.Path);
        _restUntil = timeProvider.GetTimestamp();
        Begin(first, isAnew: false);
        NoteCaughtUp();
    }

    /// <summary>How far it has come.</summary>
    public KvFollowerStatus Status => _progress.Describe(_pipeline.Sequence, _tail.Commits);

    /// <inheritdoc cref="FollowerProgress.SweepLimit"/>
    public long SweepLimit => _progress.SweepLimit;

    /// <summary>Called within a look, after each commit that was carried out and after everything was read anew; for tests that compare each state.</summary>
    public Action? Followed { get; set; }

    /// <summary>Begins to look, by the clock as it is bound now.</summary>
    public void SetTimes()
    {
        _timer?.Dispose();

        // Timestamps of one clock say nothing to another.
        Volatile.Write(ref _restUntil, _timeProvider.GetTimestamp());
        _timer = _isDisposed ? null : _timeProvider.CreateTimer(static self => ((JournalFollower)self!).QueueLook(), this, Interval, Interval);
    }

    /// <summary>Looks once, on the caller's thread.</summary>
    [SuppressMessage("Design", "CA1031:Do not catch general exception types", Justification = "Nobody waits for a look, so whatever goes wrong with it must not end the process.")]
    public void Look()
    {
        lock (_looking)
        {
            if (_isDisposed)
            {
                return;
            }

            try
            {
                LookInTurn();
            }
            catch (ObjectDisposedException) when (_isDisposed || _pipeline.IsClosed)
            {
                // The store was closed meanwhile.
            }
            catch (Exception exception) when (exception is FileNotFoundException or DirectoryNotFoundException && _directory.Exists)
            {
                // The owner tidied up between a listing and an opening: the next look finds what there is now.
            }
            catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or KvStoreException)
            {
                Note($"the directory cannot be read: {exception.Message}", exception);
            }
            catch (Exception exception)
            {
                if (Note($"following failed: {exception.Message}", exception))
                {
                    _logger.FollowerFailed(exception);
                }
            }
        }
    }

    /// <summary>Ends the looking; waits for a look that is under way.</summary>
    public void Dispose()
    {
        _isDisposed = true;
        _timer?.Dispose();
        lock (_looking)
        {
            _tail.Dispose();
        }
    }

    private void QueueLook()
    {
        if (Interlocked.Exchange(ref _isQueued, 1) == 0)
        {
            _queue(() =>
            {
                Volatile.Write(ref _isQueued, 0);
                Look();
            });
        }
    }

    private void LookInTurn()
    {
        if (_reloadReason is null && !Follow())
        {
            // The rest at once, but after whatever else waits for its turn.
            QueueLook();
            return;
        }

        if (_reloadReason is not null && !TryReload(_reloadReason))
        {
            return;
        }

        _snapshots.TellNewest();
        NoteCaughtUp();
    }

    /// <summary>Takes what the journal has got, and looks for a snapshot that is ahead of it.</summary>
    /// <returns>False when there is more in the journal than is taken at once.</returns>
    private bool Follow()
    {
        if (ReadTail() is { } more)
        {
            return !more;
        }

        _reloadReason = _snapshots.LookForNew(() =>
        {
            // What was committed before the snapshot was taken is in the journal by now, where there is one.
            return ReadTail() switch
            {
                null => _tail.Position,
                true => null,
                false => 0UL,
            };
        }, () => _tail.IsInSegment) ?? _reloadReason;
        return true;
    }

    /// <returns>Null when everything was taken; true when there is more; false when it does not lead on.</returns>
    private bool? ReadTail()
    {
        var reading = ReadOn();
        if (reading == TailReading.Lost)
        {
            (_reloadReason, _isTailLost) = (_tail.Reason, true);
        }

        // It goes on by the journal until everything may be read again: what it has besides is right.
        if (_commits.HasMissedSlide && !IsResting)
        {
            (_reloadReason, _isTailLost) = ("the owner has slid an entry on that is not here", false);
        }

        return reading switch
        {
            TailReading.CaughtUp => null,
            TailReading.More => true,
            _ => false,
        };
    }

    /// <summary>A file that stays unreadable through this handle, or a frame that cannot be carried out here, may be passed by reading everything anew.</summary>
    private TailReading ReadOn()
    {
        try
        {
            return _tail.Read(_commits);
        }
        catch (Exception exception) when (exception is not (FileNotFoundException or DirectoryNotFoundException or ObjectDisposedException) && !IsResting)
        {
            (_reloadReason, _isTailFailed) = ($"the journal cannot be read on: {exception.Message}", true);
            throw;
        }
        finally
        {
            _pipeline.Feed.Deliver();
        }
    }

    /// <summary>Whether everything was read, or could not be, a moment ago, so that it is not read again yet.</summary>
    private bool IsResting => _timeProvider.GetTimestamp() < _restUntil;

    private bool TryReload(string reason)
    {
        if (IsResting)
        {
            return false;
        }

        var started = _timeProvider.GetTimestamp();
        var isDone = false;
        try
        {
            var state = _directory.Load(CancellationToken.None);
            if (state.IsEmpty && _pipeline.Sequence > 0)
            {
                // Whoever empties a directory may be about to fill it again; until then what was there is better than nothing.
                Note(_directory.Exists ? "there is neither a snapshot nor a journal in the directory any more" : "the directory is not there any more", error: null);
                return false;
            }

            if (!BringsNothing(state))
            {
                _pipeline.Versions.Mark(state.Table);
                _pipeline.FollowAnew(state.Table, [], state.Sequence);
                _serializers.Load(state.Serializers);
                Followed?.Invoke();
                _pipeline.Feed.Deliver();
            }

            Begin(state, isAnew: true);
            (_reloadReason, _isTailLost, _isTailFailed) = (null, false, false);
            _logger.FollowerReloaded(_timeProvider.GetElapsedTime(started), reason, state.Table.Count, state.Sequence);
            return isDone = true;
        }
        finally
        {
            var ended = _timeProvider.GetTimestamp();
            var rest = Math.Max((ended - started) * RestPerReload, isDone ? 0 : (long)(RestAfterFailure.TotalSeconds * _timeProvider.TimestampFrequency));
            _restUntil = ended + rest;
            if (!isDone && _isTailFailed)
            {
                (_reloadReason, _isTailFailed) = (null, false);
            }
        }
    }

    /// <summary>Whether what was read is what there is already: then nobody is told that all may have changed.</summary>
    private bool BringsNothing(FollowedState state) =>
        _isTailLost && state.Found.Loaded == _progress.Loaded && state.Sequence == _pipeline.Sequence && _tail.StandsAtEndOf(state.Outcome);

    [MemberNotNull(nameof(_commits))]
    private void Begin(FollowedState state, bool isAnew)
    {
        _commits = new(_pipeline, _directory, _serializers, _timeProvider, state.Settled, () => Followed?.Invoke());
        _snapshots.Begin(state, isAnew);
        if (state.Found.IsForeign || state.Outcome.Break is not null)
        {
            // What the journal has belongs to no state that it leads to: the next snapshot tells.
            _tail.Stop(state.Sequence);
        }
        else
        {
            _tail.Begin(state.Outcome);
        }

        _progress.NoteLoaded(state.Found.Loaded, isAnew);
    }

    private void NoteCaughtUp()
    {
        if ((_snapshots.Problem ?? _tail.Problem ?? (_directory.Exists ? null : "the directory is not there")) is { } problem)
        {
            Note(problem, error: null);
        }
        else
        {
            _progress.NoteCaughtUp(_pipeline.Sequence);
        }
    }

    /// <returns>Whether the log did not know it yet.</returns>
    private bool Note(string problem, Exception? error) => _progress.NoteProblem(problem, error, _pipeline.Sequence);
}
