using System.Diagnostics.CodeAnalysis;
using SnapshotKv.Diagnostics;

namespace SnapshotKv.Journal;

/// <content>The flush, and what it finds: segments that can be closed, files that somebody removed.</content>
internal sealed partial class JournalWriter
{
    /// <summary>The flush itself: one at a time, called by <see cref="Flushes"/>.</summary>
    private ulong FlushSegments()
    {
        using var operation = _metrics.BeginFlush(_settings.TimeProvider);
        var before = Flushes.Durable;
        ulong through;
        try
        {
            through = FlushAppended();
        }
        catch (Exception exception)
        {
            operation.Failed(exception);
            throw;
        }

        NoteFlushed(operation, (long)(Math.Max(through, before) - before));
        return through;
    }

    [SuppressMessage("Design", "CA1031:Do not catch general exception types", Justification = "A listener that throws must not make a fault of a flush that went well.")]
    private void NoteFlushed(StoreOperation operation, long commits)
    {
        try
        {
            operation.FlushSucceeded(commits);
        }
        catch (Exception exception)
        {
            _logger.JournalUpkeepFailed(exception);
        }
    }

    private ulong FlushAppended()
    {
        // Before the segments: what was appended up to it lies in them.
        _isMoreDue = false;
        var through = LastAppended;
        JournalSegment? current;
        JournalSegment[] retired;
        lock (_lock)
        {
            current = _current;
            retired = [.. _unflushed];
        }

        var isLost = false;
        foreach (var segment in retired)
        {
            isLost |= !TryFlush(segment);
        }

        isLost |= current is not null && !TryFlush(current);
        CloseFlushed(retired);
        if (IsNearlyFull)
        {
            _files.Drop(_snapshotThrough);
        }

        // Not only what is appended to, but what that builds on may have been removed.
        var isBaseLost = _maker.WasRemoved();
        return isLost ? SaveTheLost() : isBaseLost ? Save() : through;
    }

    private bool TryFlush(JournalSegment segment)
    {
        segment.Flush();

        // A file that somebody removed takes flushes as before, and is gone with the process.
        return segment.Ordinal <= _lostThrough || _fileSystem.FileExists(segment.Path) || !IsGone(segment.Path);
    }

    /// <summary>Whether a file is really not there; one that may only not be looked at is.</summary>
    private bool IsGone(string path)
    {
        try
        {
            _fileSystem.OpenRead(path).Dispose();
            return false;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return exception is FileNotFoundException or DirectoryNotFoundException;
        }
    }

    /// <summary>What lies in files without names is as good as not written: it is saved in a snapshot, and what comes meanwhile goes into a new segment.</summary>
    private ulong SaveTheLost()
    {
        lock (_making)
        {
            // What is made from now on is looked for again.
            lock (_lock)
            {
                _lostThrough = _lastOrdinal;
            }

            // Before the snapshot's capture: what is appended after it finds this set.
            _isLost = true;
            DiscardNext();
            _maker.ForgetDirectory();
        }

        return Save();
    }

    private ulong Save()
    {
        _logger.JournalRemoved();
        return Rescue!();
    }

    private bool HasUnflushed()
    {
        lock (_lock)
        {
            return _unflushed.Count > 0;
        }
    }

    private void CloseFlushed(JournalSegment[] flushed)
    {
        foreach (var segment in flushed)
        {
            lock (_lock)
            {
                if (!_unflushed.Remove(segment))
                {
                    continue;
                }
            }

            segment.Dispose();
            _files.Close(segment);
        }
    }
}
