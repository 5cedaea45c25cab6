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

    /// <summary>How many looks in a row may find that what was listed is not there: a second, about. An owner that tidies up is not met that often.</summary>
    private const int LooksUntilMissing = 20;

    private readonly FollowedDirectory _directory;
    private readonly CommitPipeline _pipeline;
    private readonly IFollowedClaims _serializers;
    private readonly FollowedSnapshots _snapshots;
    private readonly SnapshotNews _news;
    private readonly FollowerProgress _progress;
    private readonly TimeProvider _timeProvider;
    private readonly Action<Action> _queue;
    private readonly ILogger _logger;
    private readonly JournalTail _tail;
    private readonly ReloadPace _pace;
    private readonly CancellationTokenSource _closing = new();
    private readonly Lock _looking = new();
    private FollowedCommits _commits;
    private ITimer? _timer;
    private int _isQueued;
    private volatile bool _isDisposed;

    /// <summary>Why everything is to be read anew; null when it need not.</summary>
    private ReloadReason? _reason;
    private int _looksAtMissing;

    /// <param name="directory">What is followed.</param>
    /// <param name="first">What was read at the opening; its table is the pipeline's already.</param>
    /// <param name="pipeline">Carries the commits out.</param>
    /// <param name="serializers">Is told of claims.</param>
    /// <param name="news">Tells of the owner's snapshots; the follower's from now on.</param>
    /// <param name="timeProvider">The clock that it looks by.</param>
    /// <param name="queue">Has work done in the background.</param>
    /// <param name="logger">The log.</param>
    public JournalFollower(
        FollowedDirectory directory,
        FollowedState first,
        CommitPipeline pipeline,
        IFollowedClaims serializers,
        SnapshotNews news,
        TimeProvider timeProvider,
        Action<Action> queue,
        ILogger logger)
    {
        _directory = directory;
        _pipeline = pipeline;
        _serializers = serializers;
        _news = news;
        _snapshots = new(directory, news);
        _progress = new(timeProvider, logger);
        _timeProvider = timeProvider;
        _queue = queue;
        _logger = logger;
        _tail = new(directory.FileSystem, directory.Path);
        _pace = new(timeProvider);
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
        _pace.Forget();
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
            catch (Exception exception) when (exception is ObjectDisposedException or OperationCanceledException && (_isDisposed || _pipeline.IsClosed))
            {
                // The store was closed meanwhile.
            }
            catch (Exception exception) when (exception is FileNotFoundException or DirectoryNotFoundException && _directory.Exists)
            {
                // The owner tidied up between a listing and an opening: the next look finds what there is now, mostly.
                if (++_looksAtMissing >= LooksUntilMissing)
                {
                    Note($"what the directory lists is not there: {exception.Message}", exception);
                }
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

    /// <summary>Ends the looking; waits for a look that is under way, which gives up what takes long.</summary>
    public void Dispose()
    {
        if (_isDisposed)
        {
            return;
        }

        _isDisposed = true;
        _closing.Cancel();
        _news.Dispose();
        _timer?.Dispose();
        lock (_looking)
        {
            _tail.Dispose();
            _closing.Dispose();
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
        if (_reason is null or { Need: ReloadNeed.Besides })
        {
            _reason = null;
            if (!Follow())
            {
                // The rest at once, but after whatever else waits for its turn.
                QueueLook();
                return;
            }
        }

        var hasEverything = _reason is null || TryReload(_reason);
        _looksAtMissing = 0;
        _news.TellSoon();
        if (hasEverything)
        {
            NoteCaughtUp();
        }
    }

    /// <summary>Takes what the journal has got, and looks for a snapshot that is ahead of it.</summary>
    /// <returns>False when there is more in the journal than is taken at once.</returns>
    private bool Follow()
    {
        if (ReadTail() is { } more)
        {
            return !more;
        }

        var reason = _snapshots.LookForNew(() =>
        {
            // What was committed before the snapshot was taken is in the journal by now, where there is one.
            return ReadTail() switch
            {
                null => _tail.Position,
                true => null,
                false => 0UL,
            };
        }, () => _tail.IsInSegment);
        _reason ??= reason is null ? null : new(reason, ReloadNeed.Besides);
        return true;
    }

    /// <returns>Null when everything was taken; true when there is more; false when it does not lead on.</returns>
    private bool? ReadTail()
    {
        var reading = ReadOn();
        if (reading == TailReading.Lost)
        {
            _reason = new(_tail.Reason!, ReloadNeed.Only);
        }
        else if (_commits.HasMissedSlide)
        {
            _reason = new("the owner has slid an entry on that is not here", ReloadNeed.Besides);
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
        catch (Exception exception) when (exception is not (FileNotFoundException or DirectoryNotFoundException or ObjectDisposedException or OperationCanceledException) && !_pace.IsResting)
        {
            _reason = new($"the journal cannot be read on: {exception.Message}", ReloadNeed.Instead);
            throw;
        }
        finally
        {
            _pipeline.Feed.Deliver();
        }
    }

    /// <returns>Whether everything was read; if not, or not yet, it is tried again later.</returns>
    private bool TryReload(ReloadReason reason)
    {
        if (_pace.IsResting)
        {
            return false;
        }

        var started = _timeProvider.GetTimestamp();
        Action<long> end = _pace.NoteFailure;
        _reason = reason.Need == ReloadNeed.Only ? reason : null;
        try
        {
            var state = _directory.Load(_closing.Token);
            if (state.IsEmpty && _pipeline.Sequence > 0)
            {
                // Whoever empties a directory may be about to fill it again; until then what was there is better than nothing.
                end = _pace.NoteNothing;
                Note(_directory.Exists ? "there is neither a snapshot nor a journal in the directory any more" : "the directory is not there any more", error: null);
                return false;
            }

            // Its table has what was there before, once it is taken over.
            var entries = state.Table.Count;
            if (!BringsNothing(reason, state))
            {
                TakeOver(state);
            }

            Begin(state, isAnew: true);
            _reason = null;
            end = _pace.NoteReload;
            _logger.FollowerReloaded(_timeProvider.GetElapsedTime(started), reason.Text, entries, state.Sequence);
            return true;
        }
        finally
        {
            end(started);
        }
    }

    /// <summary>Puts what was read in the place of what there was.</summary>
    private void TakeOver(FollowedState state)
    {
        // No value is seen before the claim that it is under; and a claim goes only when its values are gone.
        _serializers.Widen(state.Serializers);
        _pipeline.Versions.Mark(state.Table);
        _pipeline.FollowAnew(state.Table, [], state.Sequence);
        Followed?.Invoke();
        _serializers.Load(state.Serializers);
        _pipeline.Feed.Deliver();
    }

    /// <summary>Whether what was read is what there is already: then nobody is told that all may have changed.</summary>
    private bool BringsNothing(ReloadReason reason, FollowedState state) =>
        reason.Need == ReloadNeed.Only
        && !_commits.HasMissedSlide
        && state.Found.Loaded == _progress.Loaded
        && state.Sequence == _pipeline.Sequence
        && _tail.StandsAtEndOf(state.Outcome);

    [MemberNotNull(nameof(_commits))]
    private void Begin(FollowedState state, bool isAnew)
    {
        _commits = new(_pipeline, _directory, _serializers, _timeProvider, state.Settled, () => Followed?.Invoke(), _closing.Token);
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
            _pace.NoteAllIsWell();
            _progress.NoteCaughtUp(_pipeline.Sequence);
        }
    }

    /// <returns>Whether the log did not know it yet.</returns>
    private bool Note(string problem, Exception? error) => _progress.NoteProblem(problem, error, _pipeline.Sequence);
}
