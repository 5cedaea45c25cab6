using System.Globalization;
using System.Runtime.InteropServices;
using SnapshotKv.Format;

namespace SnapshotKv.Journal;

/// <summary>
/// One way through the journal, from a commit on: takes what follows in one unbroken chain, and judges what it finds where the chain ends.
/// </summary>
/// <remarks>
/// <para>The chain: within an opening each commit has the number after the last; an opening says which commit it continues. What an opening continues is
/// where the earlier ones end, whatever stands in them behind it: that was cut off once, and may look different now. One that made no commit, and saved what it had found, is continued at the
/// number behind which it began.</para>
/// <para>The end: where something is no frame, or a number is left out, later frames and headers tell whether it had been flushed
/// (<see cref="JournalFrame.DurableThrough"/>). If it had, it is damage; if nothing says so, a crash cut the writing off, and all from there on is as
/// if it had never been. A damaged place with no commit missing behind it (a note was there, or a commit that the snapshot has) is a blemish. Where a crash may have
/// taken a note, what comes behind it goes with it: it may rely on the note.</para>
/// <para>What speaks of flushing is a segment of the same opening that names a later commit than any snapshot has: up to a snapshot's commit nothing need have been
/// flushed here, and an opening names at its beginning what it has found.</para>
/// </remarks>
internal sealed class JournalWalk
{
    /// <summary>
    /// Two openings lie further apart in numbers than that (docs/adr/0016), and a snapshot lies nearer to what the journal of its own opening reaches.
    /// </summary>
    private const ulong BetweenOpenings = 1UL << 16;

    private readonly JournalReader _reader;
    private readonly ulong _from;
    private readonly ulong _known;
    private readonly IJournalSink _sink;
    private readonly IReadOnlyList<SegmentFile> _segments;
    private readonly List<SegmentFile> _taken = [];
    private readonly List<SegmentFile> _committed = [];
    private readonly Dictionary<ulong, ulong> _lastNumbers = [];

    /// <summary>For each opening, by the number after which it began, the last commit that it names as flushed.</summary>
    private readonly Dictionary<ulong, ulong> _flushed = [];

    /// <summary>Whether this is a look at what the journal says of itself, which goes on behind everything.</summary>
    private readonly bool _isLook;
    private JournalWalk? _look;

    /// <summary>Bad places behind which no commit was found yet.</summary>
    private readonly List<JournalSpot> _pending = [];

    /// <summary>Bad places behind which the chain went on, each with the commit it went on with.</summary>
    private readonly List<(JournalSpot Spot, ulong Next)> _passed = [];

    // The last commit; and the number that the next one follows, which an opening may have moved ahead.
    private ulong _last;
    private ulong _position;
    private SegmentFile? _entered;
    private JournalPlace? _place;
    private JournalSpot? _end;
    private JournalSpot? _break;
    private ulong _durable;
    private ulong _highest;
    private ulong _highestBehind;
    private ulong _reached;
    private long _commits;
    private long _framesBehind;

    /// <inheritdoc cref="JournalReader.Replay"/>
    public JournalWalk(JournalReader reader, ulong sequence, ulong known, IJournalSink sink, bool isLook = false)
    {
        _isLook = isLook;
        _reader = reader;
        _segments = reader.Segments;
        _from = _last = _position = _highest = sequence;
        _known = known;
        _sink = sink;
    }

    public JournalOutcome Run(CancellationToken cancellationToken)
    {
        var limits = FindLimits();
        var first = FindFirst(limits);
        for (var i = 0; i < first; i++)
        {
            // Not read: all that counts in them is known.
            _lastNumbers[_segments[i].File.Ordinal] = Math.Min(_from, limits[i]);
        }

        for (var i = first; i < _segments.Count; i++)
        {
            Read(_segments[i], limits[i], cancellationToken);
        }

        return Judge();
    }

    /// <summary>For each segment the last commit of its opening that counts: later openings say what they continue.</summary>
    private ulong[] FindLimits()
    {
        var limits = new ulong[_segments.Count];
        var limit = ulong.MaxValue;
        var continued = ulong.MaxValue;
        SegmentFile? later = null;
        for (var i = _segments.Count - 1; i >= 0; i--)
        {
            if (_segments[i].Header is { } header)
            {
                limit = later?.IsOfSameOpeningAs(_segments[i]) == true ? limit : Math.Min(limit, continued);
                continued = header.Continues;
                later = _segments[i];
            }

            limits[i] = limit;
        }

        return limits;
    }

    /// <summary>The last segment that begins with what is known already: the ones before it bring nothing new, and are not read.</summary>
    private int FindFirst(ulong[] limits)
    {
        for (var i = _segments.Count - 1; i > 0; i--)
        {
            if (_segments[i].Header is not { } header || header.Start >= _from)
            {
                continue;
            }

            using var segment = _reader.Open(_segments[i]);
            if (segment.Read(out var frame, out _, out _) == FrameReading.Frame
                && frame.Sequence <= limits[i]
                && (frame.IsCommit ? frame.Sequence <= _from : frame.Sequence < _from))
            {
                return i;
            }
        }

        return 0;
    }

    private void Read(SegmentFile segment, ulong limit, CancellationToken cancellationToken)
    {
        if (segment.Header is not { } header)
        {
            _pending.Add(new(segment, 0, segment.Damage!, IsDamage: true));
            return;
        }

        // It may lead from one opening to the next without a frame.
        Raise(_lastNumbers, segment.File.Ordinal, Math.Min(header.Start, limit));

        // Whether or not anything in it counts: what is numbered next must lie beyond it.
        _highest = Math.Max(_highest, header.Start);
        _reached = Math.Max(_reached, header.Start);
        if (_break is null && !Enter(segment, header, limit))
        {
            return;
        }

        See(segment, Math.Max(header.Start, header.Continues), header.DurableThrough);
        using var frames = _reader.Open(segment);
        ReadFrames(segment, frames, limit, cancellationToken);
    }

    /// <summary>Begins a segment: the first of an opening must continue what there is.</summary>
    /// <returns>False when nothing in the segment counts.</returns>
    private bool Enter(SegmentFile segment, JournalSegmentHeader header, ulong limit)
    {
        if (limit < header.Start || limit < _from)
        {
            return false;
        }

        if (_entered?.IsOfSameOpeningAs(segment) == true)
        {
            return true;
        }

        // At the position there is the last commit, or an opening that made none.
        if (_position < header.Start && header.Continues != _last && header.Continues != _position)
        {
            if (limit == header.Start)
            {
                // No commit of it counts. Whether what goes on from it does is judged there.
                return false;
            }

            BreakBefore(segment, 0, string.Create(CultureInfo.InvariantCulture, $"it continues commit {header.Continues}, but what comes before it ends with commit {_last}"), _last > header.Continues);
            return true;
        }

        _entered = segment;
        _place ??= new(segment, JournalSegmentHeader.PageSize);
        _position = Math.Max(_position, header.Start);
        _sink.Enter(header.Continues);
        return true;
    }

    private void ReadFrames(SegmentFile segment, SegmentReader frames, ulong limit, CancellationToken cancellationToken)
    {
        while (true)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var offset = frames.Offset;
            var reading = frames.Read(out var frame, out var body, out var reason);
            if (reading == FrameReading.Frame)
            {
                if (!Take(segment, offset, frame, body, limit))
                {
                    return;
                }
            }
            else if (_break is null && _position >= limit)
            {
                // A later opening found that it ends here.
                if (frames.IsCut)
                {
                    _passed.Add((Cut(segment, frames), 0));
                }

                return;
            }
            else if (reading == FrameReading.Nothing && !frames.IsAnythingLeft())
            {
                NoteEnd(segment, frames, offset);
                return;
            }
            else
            {
                var spot = new JournalSpot(segment, offset, reason ?? "there are zeros where a frame should begin, and something behind them", IsDamage: false);
                var isFound = frames.Search();
                _pending.Add(spot with { IsDamage = frames.IsSearchGivenUp });
                if (!isFound)
                {
                    NoteEnd(segment, frames, offset);
                    return;
                }
            }
        }
    }

    /// <summary>A segment has no further frame.</summary>
    private void NoteEnd(SegmentFile segment, SegmentReader frames, long offset)
    {
        _end = new(segment, offset, "the frames end here", IsDamage: false);
        if (frames.IsCut)
        {
            _pending.Add(Cut(segment, frames));
        }
    }

    private static JournalSpot Cut(SegmentFile segment, SegmentReader frames) =>
        new(segment, frames.FileLength, string.Create(CultureInfo.InvariantCulture, $"the file ends here, but it was made {segment.Header!.Value.Size} bytes long"), IsDamage: true);

    /// <returns>False when this and all that follows in the segment was cut off by a later opening.</returns>
    private bool Take(SegmentFile segment, long offset, in JournalFrame frame, ReadOnlySpan<byte> body, ulong limit)
    {
        Raise(_lastNumbers, segment.File.Ordinal, Math.Min(frame.Sequence, limit));
        _reached = Math.Max(_reached, frame.Sequence);
        if (_break is not null)
        {
            _framesBehind++;
            _highestBehind = Math.Max(_highestBehind, frame.Sequence);
            See(segment, frame.Sequence, frame.DurableThrough);
            return true;
        }

        if (frame.Sequence > limit)
        {
            _highest = Math.Max(_highest, frame.Sequence);
            return false;
        }

        See(segment, frame.Sequence, frame.DurableThrough);
        if (frame.Sequence > (frame.IsCommit ? _position + 1 : _position))
        {
            BreakBefore(segment, offset, string.Create(CultureInfo.InvariantCulture, $"commit {frame.Sequence} comes here, but what comes before it ends with commit {_last}"), isDamage: false);
            return Take(segment, offset, frame, body, limit);
        }

        var next = frame.IsCommit ? frame.Sequence : frame.Sequence + 1;
        if (_pending.Count > 0)
        {
            if (next > _from && IsAnyDoubtful(next))
            {
                BreakBefore(segment, offset, "what comes before it may be missing", isDamage: false);
                return Take(segment, offset, frame, body, limit);
            }

            PassPending(next);
        }

        _end = null;
        if (frame.IsCommit ? frame.Sequence > _position : frame.Sequence >= _from)
        {
            Apply(segment, offset, frame, body);
        }

        _place = _break is null ? new(segment, offset + frame.Size) : _place;
        return true;
    }

    /// <summary>Whether a crash may have taken something at one of the bad places.</summary>
    private bool IsAnyDoubtful(ulong next) => _pending.Exists(spot => !spot.IsDamage && !IsFlushed(spot, next));

    /// <summary>The chain goes on behind the bad places.</summary>
    private void PassPending(ulong next)
    {
        _passed.AddRange(_pending.Select(spot => (spot, next)));
        _pending.Clear();
    }

    private void Apply(SegmentFile segment, long offset, in JournalFrame frame, ReadOnlySpan<byte> body)
    {
        try
        {
            _sink.Apply(frame, body);
        }
        catch (JournalDamageException exception)
        {
            // Nobody but a hand can have made a right checksum of it, so that this is no matter of what was flushed.
            var spot = new JournalSpot(segment, offset, exception.Message, IsDamage: true);
            if (frame.IsCommit)
            {
                _break = spot;
                _highestBehind = frame.Sequence;
                _framesBehind++;
            }
            else
            {
                _passed.Add((spot, frame.Sequence + 1));
            }

            return;
        }

        Note(_taken, segment);
        if (frame.IsCommit)
        {
            Note(_committed, segment);
            _last = _position = frame.Sequence;
            _commits++;
        }
    }

    private static void Note(List<SegmentFile> segments, SegmentFile segment)
    {
        // The same one, not an equal one: this is asked for each frame.
        if (segments.Count == 0 || !ReferenceEquals(segments[^1], segment))
        {
            segments.Add(segment);
        }
    }

    /// <summary>The chain does not go on with a segment. Where it ended is a bad place before it, or the end of what was read last.</summary>
    private void BreakBefore(SegmentFile segment, long offset, string reason, bool isDamage)
    {
        if (_pending.Count > 0)
        {
            _break = _pending[0] with { IsDamage = isDamage || _pending.Exists(spot => spot.IsDamage) };
        }
        else if (_end is { } end && IsNoneMissing(end.Segment, segment))
        {
            _break = end with { Reason = $"the frames end here, and '{segment.File.FileName}' does not go on from them: {reason}", IsDamage = isDamage };
        }
        else
        {
            // A segment is made, flushed and named before a commit is written into it, so that no crash takes one away; and of two frames of which the
            // second lies where the first ends, none is between them.
            _break = new(segment, offset, reason, IsDamage: true);
        }

        _pending.Clear();
    }

    private bool IsNoneMissing(SegmentFile from, SegmentFile to) =>
        (ulong)_segments.Count(segment => segment.File.Ordinal > from.File.Ordinal && segment.File.Ordinal <= to.File.Ordinal) == to.File.Ordinal - from.File.Ordinal;

    private void See(SegmentFile segment, ulong number, ulong durableThrough)
    {
        if (segment.Header is { } header)
        {
            Raise(_flushed, header.Start, durableThrough);
        }

        _highest = Math.Max(_highest, Math.Max(number, durableThrough));
        _durable = Math.Max(_durable, durableThrough);
    }

    private static void Raise(Dictionary<ulong, ulong> highest, ulong key, ulong number)
    {
        ref var known = ref CollectionsMarshal.GetValueRefOrAddDefault(highest, key, out _);
        known = Math.Max(known, number);
    }

    /// <summary>Whether what comes behind a bad place is known to have been flushed, and the place with it.</summary>
    private bool IsFlushed(JournalSpot spot, ulong next)
    {
        if (_isLook)
        {
            return true;
        }

        if (_look is null)
        {
            // What tells it comes later in the journal, and what was taken cannot be given back: so a look ahead, where there is a bad place at all.
            _look = new(_reader, _from, _known, NoJournalSink.Instance, isLook: true);
            _look.Run(CancellationToken.None);
        }

        return spot.Segment.Header is { } header
            && _look._flushed.GetValueOrDefault(header.Start) is var flushed
            && flushed > Math.Max(Math.Max(_from, _known), header.Start)
            && flushed >= next;
    }

    private JournalOutcome Judge()
    {
        if (_break is null && _pending.Count > 0)
        {
            _break = _pending[0] with { IsDamage = _pending.Exists(spot => spot.IsDamage) };
        }

        var outcome = new JournalOutcome
        {
            LastCommit = _last,
            Position = _position,
            Place = _place,
            Highest = Math.Max(_highest, _known),
            Commits = _commits,
            FramesBehind = _framesBehind,
            Taken = _taken,
            Committed = _committed,
            LastNumbers = _lastNumbers,
            Blemishes = [.. _passed.Where(item => item.Spot.IsDamage || IsFlushed(item.Spot, item.Next)).Select(item => item.Spot)],
        };
        if (_break is not { } end)
        {
            // What a snapshot held that was never in the journal, or not in this one.
            return outcome with { MissingThrough = _known > _position ? _known : 0 };
        }

        var proof = Math.Max(_durable, _known);

        // The numbers up to the position were given to no commit.
        if (!end.IsDamage && proof <= _position)
        {
            // The opening that made the snapshot has told of it already, when that was a later one.
            var isOld = _from > _reached && _from - _reached >= BetweenOpenings;
            return isOld ? outcome : outcome with { TornTail = end, TornBytes = MeasureFrom(end) };
        }

        var through = Math.Max(_highestBehind, proof);
        return outcome with
        {
            Break = end,
            MissingThrough = through > _position ? through : 0,
            CutOff = [.. _segments.Where(segment => segment.File.Ordinal >= end.Segment.File.Ordinal)],
        };
    }

    private long MeasureFrom(JournalSpot spot)
    {
        using var segment = _reader.Open(spot.Segment);
        return segment.MeasureFrom(spot.Offset);
    }
}
