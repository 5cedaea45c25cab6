using System.Runtime.InteropServices;
using Microsoft.Extensions.Logging;
using SnapshotKv.Diagnostics;
using SnapshotKv.Format;
using SnapshotKv.Journal;

namespace SnapshotKv.Engine;

/// <summary>What the journal needs beside the commits: a flush some time after the first that is not flushed, slides told, and the next segment made ready.</summary>
/// <remarks>Thread-safe. The work runs where the store's other background work does.</remarks>
internal sealed class JournalUpkeep(
    JournalWriter journal, SlideQueue slides, CommitPipeline pipeline, KvClock clock, SnapshotKvOptions settings, Action<Action> queue, ILogger logger) : IDisposable
{
    /// <summary>As many slides go into one frame as this has room for, and one at least.</summary>
    private const int BytesPerFrame = 16 << 10;

    private readonly Lock _flushing = new();
    private ITimer? _timer;
    private int _isFlushDue;
    private int _isPreparing;
    private long _toldSlides;
    private bool _wereSlidesRefused;

    /// <summary>How many slides the journal was told of since the opening.</summary>
    public long ToldSlides => Volatile.Read(ref _toldSlides);

    /// <summary>Begins anew by the clock as it is bound now.</summary>
    public void SetTimes()
    {
        // Timers would keep whatever ambient state the caller has for as long as the store is open.
        using var flow = ExecutionContext.IsFlowSuppressed() ? default(AsyncFlowControl?) : ExecutionContext.SuppressFlow();
        _timer?.Dispose();
        _timer = clock.TimeProvider.CreateTimer(static self => ((JournalUpkeep)self!).QueueFlush(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        Volatile.Write(ref _isFlushDue, 0);
        NoteChange();
    }

    /// <summary>Called after each commit and each slide.</summary>
    public void NoteChange()
    {
        if (Volatile.Read(ref _isFlushDue) == 0 && (journal.IsFlushDue || !slides.IsEmpty) && Interlocked.Exchange(ref _isFlushDue, 1) == 0)
        {
            _timer?.Change(settings.FlushInterval, Timeout.InfiniteTimeSpan);
        }

        if (journal.IsNextWanted && Interlocked.Exchange(ref _isPreparing, 1) == 0)
        {
            queue(Prepare);
        }
    }

    /// <summary>Tells the journal of the slides that are due, and has the device take what it has not yet. A fault is told to all who write.</summary>
    public void Flush()
    {
        lock (_flushing)
        {
            // Before the flush: a commit that comes after it must find none due, and ask for the next one. Exchanged, not written: what is read next must not be read before it.
            Interlocked.Exchange(ref _isFlushDue, 0);
            try
            {
                TellSlides();
                _wereSlidesRefused = false;
            }
            catch (KvStoreException exception) when (exception is not KvStoreFaultedException)
            {
                // Commits that were acknowledged wait for the flush; slides can wait for the next. It is said once, not at each.
                if (!_wereSlidesRefused)
                {
                    logger.JournalSlidesNotTold(exception);
                }

                _wereSlidesRefused = true;
            }

            if (journal.IsFlushDue && journal.Flushes.Fault is null)
            {
                journal.Flushes.Flush();
            }
        }

        if (!slides.IsEmpty)
        {
            NoteChange();
        }
    }

    public void Dispose() => _timer?.Dispose();

    private void QueueFlush() => queue(FlushInBackground);

    private void FlushInBackground()
    {
        try
        {
            Flush();
        }
        catch (KvStoreFaultedException)
        {
            // It was logged where it arose, and writers are told.
        }
        catch (Exception exception)
        {
            // Nobody waits for it, so whatever goes wrong must not end the process.
            logger.JournalUpkeepFailed(exception);
        }
    }

    private void TellSlides()
    {
        ReadOnlySpan<(Record Record, long Deadline)> due = CollectionsMarshal.AsSpan(slides.Take(clock.Now));
        try
        {
            while (!due.IsEmpty)
            {
                var frame = due[..CountForFrame(due)];
                if (journal.Flushes.Fault is not null || !pipeline.TryNoteSlides(frame))
                {
                    return;
                }

                Volatile.Write(ref _toldSlides, _toldSlides + frame.Length);
                due = due[frame.Length..];
            }
        }
        finally
        {
            PutBack(due);
        }
    }

    /// <summary>There was no room. The snapshot that makes some has them all, but who follows the journal does not read it; so they are told once there is room. To a journal that has failed nothing is told any more.</summary>
    private void PutBack(ReadOnlySpan<(Record Record, long Deadline)> due)
    {
        if (journal.Flushes.Fault is not null)
        {
            return;
        }

        foreach (var (record, _) in due)
        {
            slides.PutBack(record);
        }
    }

    private static int CountForFrame(ReadOnlySpan<(Record Record, long Deadline)> due)
    {
        var count = 1;
        for (var bytes = JournalSlide.SizeOf(due[0].Record.KeyLength); count < due.Length; count++)
        {
            bytes += JournalSlide.SizeOf(due[count].Record.KeyLength);
            if (bytes > BytesPerFrame)
            {
                break;
            }
        }

        return count;
    }

    private void Prepare()
    {
        try
        {
            journal.PrepareNext();
        }
        finally
        {
            Volatile.Write(ref _isPreparing, 0);
        }
    }
}
