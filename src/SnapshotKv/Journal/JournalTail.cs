using System.Globalization;
using SnapshotKv.FileSystem;
using SnapshotKv.Format;

namespace SnapshotKv.Journal;

/// <summary>
/// Reads a journal that another process is writing, bit by bit: in the segment in which it stands, from there into the next one, and into that of a later opening if it goes on exactly
/// here. Whatever else it finds it does not judge: that is <see cref="JournalWalk"/>'s, which sees the whole.
/// </summary>
/// <remarks>
/// <para>Not thread-safe. Changes nothing. Memory: a window of 64 KiB, and the longest frame beyond that.</para>
/// <para>A frame that is no whole one may be one that is just being written. It is looked at again the next time; only when it stays as it is and others stand behind it does nothing lead on from here.</para>
/// </remarks>
internal sealed class JournalTail(IFileSystem fileSystem, string storePath) : IDisposable
{
    /// <summary>What is taken at the most before somebody else gets a turn.</summary>
    private const long MostAtOnce = 8 << 20;

    private readonly LiveSegments _segments = new(fileSystem, storePath);
    private readonly UnclearPlace _unclear = new();
    private SegmentFile? _segment;
    private SegmentReader? _reader;
    private bool _isBlank;
    private bool _isStopped;

    /// <summary>Where nothing led on the last time, and why. Whoever reads everything anew may end there again: then nothing is gained by doing it once more.</summary>
    private (string Place, long? Offset, string Reason)? _lost;

    /// <summary>The last commit that was taken.</summary>
    public ulong Last { get; private set; }

    /// <summary>The number that the next commit follows: the last one's, or that of an opening which began since.</summary>
    public ulong Position { get; private set; }

    /// <summary>How many commits were taken.</summary>
    public long Commits { get; private set; }

    /// <summary>Why it came to <see cref="TailReading.Lost"/>.</summary>
    public string? Reason { get; private set; }

    /// <summary>Why nothing leads on from here, though everything was read anew because of that: the journal has to change first. Null when it leads on.</summary>
    public string? Problem { get; private set; }

    /// <summary>Whether there is a segment that it stands in.</summary>
    public bool IsInSegment => _segment is not null;

    /// <summary>Whether it stands where a walk through the journal has ended, so that the walk has brought nothing that it did not take.</summary>
    public bool StandsAtEndOf(JournalOutcome outcome) =>
        _segment is not null && outcome.Place is { } place && LiveSegments.IsSame(_segment, place.Segment) && _reader!.Offset == place.Offset && (Last, Position) == (outcome.LastCommit, outcome.Position);

    /// <summary>Begins where a walk through the journal has ended.</summary>
    /// <exception cref="IOException">The segment cannot be opened.</exception>
    public void Begin(JournalOutcome outcome)
    {
        Leave();
        (Last, Position) = (outcome.LastCommit, outcome.Position);
        _isStopped = false;
        if (outcome.Place is { } place && _segments.TryOpen(place.Segment) is { } reader)
        {
            Stand(place.Segment, reader, place.Offset);
        }

        Problem = FindLost();
    }

    /// <summary>Reads nothing more until it begins anew: what the journal has does not lead on.</summary>
    /// <param name="sequence">The last commit that was taken.</param>
    public void Stop(ulong sequence)
    {
        Leave();
        (Last, Position) = (sequence, sequence);
        Problem = null;
        _isStopped = true;
    }

    /// <summary>Takes what has been written since the last time.</summary>
    /// <param name="sink">Takes the frames.</param>
    /// <exception cref="IOException">The disk refused it; nothing is lost, and the next call goes on.</exception>
    /// <exception cref="UnauthorizedAccessException">The user may not read it.</exception>
    /// <exception cref="KvStoreCorruptedException">A later version of this library wrote a segment.</exception>
    public TailReading Read(IJournalSink sink)
    {
        var taken = 0L;
        while (!_isStopped)
        {
            if (ReadFrames(sink, ref taken) is { } ended)
            {
                return ended;
            }

            if (_segments.FindInUse(_segment, out var damaged) is { } next)
            {
                if (GoOn(next.Segment, next.Reader, sink, ref taken) is { } endedHere)
                {
                    return endedHere;
                }
            }
            else if (damaged is not null)
            {
                Lose($"'{damaged.File.FileName}' cannot be read: {damaged.Damage}");
                return GiveUp();
            }
            else
            {
                return SeekBehindUnclear();
            }
        }

        return TailReading.CaughtUp;
    }

    public void Dispose() => Stop(Last);

    /// <summary>Goes over to the next segment.</summary>
    /// <returns>Null when it stands there.</returns>
    private TailReading? GoOn(SegmentFile segment, SegmentReader reader, IJournalSink sink, ref long taken)
    {
        var isTaken = false;
        try
        {
            // What was appended before the next segment was taken into use, and after this one was read.
            if (ReadFrames(sink, ref taken) is { } ended)
            {
                return ended;
            }

            if (!MayEnter(segment, out var isNewOpening))
            {
                return GiveUp();
            }

            if (isNewOpening)
            {
                Position = Math.Max(Position, segment.Header!.Value.Start);
                sink.Enter(segment.Header!.Value.Continues);
            }

            Stand(segment, reader, JournalSegmentHeader.PageSize);
            isTaken = true;
            return null;
        }
        finally
        {
            if (!isTaken)
            {
                reader.Dispose();
            }
        }
    }

    /// <returns>Null at the end of what stands in the segment.</returns>
    private TailReading? ReadFrames(IJournalSink sink, ref long taken)
    {
        if (_reader is null)
        {
            return null;
        }

        bool isAnyTaken;
        do
        {
            // What was read at once with frames before it may have been read before it was written.
            _reader.Refresh(_reader.Offset);
            if (_isBlank = _reader.IsBlank())
            {
                return null;
            }

            isAnyTaken = false;
            for (var offset = _reader.Offset; _reader.Read(out var frame, out var body, out _) == FrameReading.Frame; offset = _reader.Offset)
            {
                if (!TryTake(sink, frame, body, offset))
                {
                    return GiveUp();
                }

                isAnyTaken = true;
                taken += frame.Size;
                if (taken > MostAtOnce)
                {
                    return TailReading.More;
                }
            }
        }
        while (isAnyTaken);
        return null;
    }

    /// <summary>Takes a frame, or stands before it again: one that cannot be carried out now is not to be passed over by the next look.</summary>
    private bool TryTake(IJournalSink sink, in JournalFrame frame, ReadOnlySpan<byte> body, long offset)
    {
        var isTaken = false;
        try
        {
            return isTaken = Take(sink, frame, body);
        }
        finally
        {
            if (!isTaken)
            {
                _reader!.Refresh(offset);
            }
        }
    }

    private bool Take(IJournalSink sink, in JournalFrame frame, ReadOnlySpan<byte> body)
    {
        // Notes from before the last commit, too: they are of entries and claims as they were then.
        if (frame.IsCommit ? frame.Sequence <= Position : frame.Sequence < Position)
        {
            return true;
        }

        if (frame.Sequence > (frame.IsCommit ? Position + 1 : Position))
        {
            return Lose(string.Create(CultureInfo.InvariantCulture, $"commit {frame.Sequence} stands in '{_segment!.File.FileName}' where {Position + 1} should come"));
        }

        try
        {
            sink.Apply(frame, body);
        }
        catch (JournalDamageException exception)
        {
            return Lose(exception.Message);
        }

        if (frame.IsCommit)
        {
            Last = Position = frame.Sequence;
            Commits++;
        }

        return true;
    }

    /// <summary>Whether a segment goes on from what was taken. That its frames do is seen when they are read.</summary>
    private bool MayEnter(SegmentFile next, out bool isNewOpening)
    {
        var header = next.Header!.Value;
        isNewOpening = _segment?.IsOfSameOpeningAs(next) != true;

        // Position is the number of an opening that has committed nothing, or the last commit's: what an opening has saved without a commit bears the number at which it began.
        if (!isNewOpening || (header.Start > Position ? header.Continues == Last || header.Continues == Position : header.Start == Position || _segment is null))
        {
            return true;
        }

        return Lose(string.Create(CultureInfo.InvariantCulture, $"'{next.File.FileName}' continues commit {header.Continues}, but what was read ends with {Last}"));
    }

    /// <summary>Whether something that is no frame has stood where the next should be for some time, and frames behind it.</summary>
    private TailReading SeekBehindUnclear()
    {
        Problem = _reader is null ? null : FindLost();
        if (_reader is null || Problem is not null || !_unclear.IsSearchDue(_reader, _isBlank))
        {
            return TailReading.CaughtUp;
        }

        using var search = _segments.Open(_segment!);
        search.Refresh(_reader.Offset);
        return search.Search() && !Lose(string.Create(CultureInfo.InvariantCulture, $"there is no frame at byte {_reader.Offset} of '{_segment!.File.FileName}', and one behind it"))
            ? GiveUp()
            : TailReading.CaughtUp;
    }

    private void Stand(SegmentFile segment, SegmentReader reader, long offset)
    {
        Leave();
        (_segment, _reader) = (segment, reader);
        reader.Refresh(offset);
    }

    private void Leave()
    {
        _reader?.Dispose();
        (_segment, _reader, Reason) = (null, null, null);
        _segments.Forget();
        _unclear.Forget();
    }

    /// <summary>Nothing leads on from here. That is said once of a place: if it is the same after everything was read anew, it stays until the journal has changed.</summary>
    private TailReading GiveUp()
    {
        var place = DescribePlace();
        if (_lost?.Place != place)
        {
            _lost = (place, _reader?.Offset, Reason!);
            return TailReading.Lost;
        }

        (Problem, Reason) = (Reason, null);
        return TailReading.CaughtUp;
    }

    /// <summary>Why nothing led on from where it stands, if it was lost here the last time.</summary>
    private string? FindLost() => _lost is { } lost && lost.Offset == _reader?.Offset && lost.Place == DescribePlace() ? lost.Reason : null;

    /// <summary>Where it stands, and what there is behind: another opening, for instance, may go on where this one did not.</summary>
    private string DescribePlace()
    {
        var segments = _segments.ListBehind(_segment).Select(static segment => string.Create(CultureInfo.InvariantCulture, $"{segment.File.Ordinal} {segment.Header?.Salt}"));
        return string.Create(CultureInfo.InvariantCulture, $"{_segment?.File.Ordinal} {_segment?.Header?.Salt} {_reader?.Offset} {Last} {Position}: {string.Join(", ", segments)}");
    }

    private bool Lose(string reason)
    {
        Reason ??= reason;
        return false;
    }
}
