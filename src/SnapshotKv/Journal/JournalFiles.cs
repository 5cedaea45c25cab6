using Microsoft.Extensions.Logging;
using SnapshotKv.Diagnostics;

namespace SnapshotKv.Journal;

/// <summary>The files of a journal: what they take of the disk, and which are no longer needed.</summary>
/// <remarks>Thread-safe.</remarks>
internal sealed class JournalFiles
{
    private readonly JournalDirectory _directory;
    private readonly ILogger _logger;
    private readonly Lock _lock = new();
    private readonly List<ClosedSegment> _closed = [];
    private long _totalBytes;
    private ulong _lastOrdinal;

    /// <param name="directory">Where they lie.</param>
    /// <param name="found">Those that were there at the opening, in their order.</param>
    /// <param name="lastOrdinal">The highest ordinal that was ever seen.</param>
    /// <param name="logger">Where to it is told that one cannot be deleted.</param>
    public JournalFiles(JournalDirectory directory, IEnumerable<ClosedSegment> found, ulong lastOrdinal, ILogger logger)
    {
        _directory = directory;
        _logger = logger;
        _closed.AddRange(found);
        _totalBytes = _closed.Sum(segment => segment.Size);
        _lastOrdinal = lastOrdinal;
    }

    /// <summary>The bytes of all segments, their unused parts included.</summary>
    public long TotalBytes => Volatile.Read(ref _totalBytes);

    /// <summary>How many segments there are that nothing is appended to any more.</summary>
    public int ClosedCount
    {
        get
        {
            lock (_lock)
            {
                return _closed.Count;
            }
        }
    }

    /// <summary>The ordinal of the next segment. Segments are made one at a time: who was given one has made the segment, or given it back, before another asks.</summary>
    public ulong NextOrdinal() => Interlocked.Increment(ref _lastOrdinal);

    /// <summary>
    /// A segment was not made after all: its ordinal is the next one's. A gap in the order tells whoever opens the store that a segment is missing, so none may come about
    /// otherwise.
    /// </summary>
    public void GiveBack(ulong ordinal) => Interlocked.CompareExchange(ref _lastOrdinal, ordinal - 1, ordinal);

    /// <summary>Sets bytes aside for a segment that is to be made.</summary>
    /// <returns>Whether the limit allows it.</returns>
    public bool TryReserve(long bytes, long limit)
    {
        lock (_lock)
        {
            if (_totalBytes + bytes > limit)
            {
                return false;
            }

            _totalBytes += bytes;
            return true;
        }
    }

    /// <summary>A segment was not made after all, or is gone.</summary>
    public void Release(long bytes) => Interlocked.Add(ref _totalBytes, -bytes);

    /// <summary>Nothing is appended to a segment any more, and all of it is on the device.</summary>
    public void Close(JournalSegment segment)
    {
        lock (_lock)
        {
            _closed.Add(new(segment.Ordinal, segment.Size, segment.LastSequence));
        }
    }

    /// <summary>Deletes the segments that hold nothing behind a commit.</summary>
    /// <param name="coveredThrough">A commit that a snapshot on the device holds, with all before it.</param>
    /// <returns>How many were deleted. One that the disk refuses to delete stays, and is tried again the next time.</returns>
    public int Drop(ulong coveredThrough)
    {
        lock (_lock)
        {
            // In their order, so that what is left is never without its middle.
            var count = _closed.FindIndex(segment => segment.LastSequence > coveredThrough);
            var dropped = _closed.GetRange(0, count < 0 ? _closed.Count : count);
            if (dropped.Count == 0 || !TryDelete(dropped))
            {
                return 0;
            }

            _closed.RemoveRange(0, dropped.Count);
            return dropped.Count;
        }
    }

    /// <summary>Deletes a segment that has no frame, and gives its ordinal back. One that the disk refuses to delete stays, so that it has its place in the order.</summary>
    public void DeleteUnused(JournalSegment segment)
    {
        try
        {
            _directory.DeleteUnused(segment.Ordinal);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            _logger.JournalSegmentsNotDeleted(exception, 1);
            return;
        }

        Release(segment.Size);
        GiveBack(segment.Ordinal);
    }

    private bool TryDelete(List<ClosedSegment> segments)
    {
        try
        {
            _directory.Delete(segments.ConvertAll(segment => segment.Ordinal));
            Release(segments.Sum(segment => segment.Size));
            return true;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            _logger.JournalSegmentsNotDeleted(exception, segments.Count);
            return false;
        }
    }
}
