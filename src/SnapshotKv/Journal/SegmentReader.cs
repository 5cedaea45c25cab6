using System.Globalization;
using SnapshotKv.FileSystem;
using SnapshotKv.Format;

namespace SnapshotKv.Journal;

/// <summary>Reads the frames of one segment, one behind the other. Believes nothing that is not in the file: lengths are compared with what there is before room is made for them.</summary>
/// <remarks>Not thread-safe. Memory: a window of at most 1 MiB, and once the longest frame beyond that, when its checksum is right.</remarks>
internal sealed class SegmentReader : IDisposable
{
    public const int LargestWindow = 1 << 20;

    /// <summary>How much is looked at to tell that nothing has been appended yet.</summary>
    private const int Glance = 256;

    /// <summary>How often a search may look at each byte of the file, on average. Only bytes that somebody made for that purpose look like so many frames.</summary>
    private const int SearchEffort = 16;

    private readonly IFileHandle _file;
    private readonly ulong _salt;
    private readonly int _windowSize;
    private byte[] _window = [];
    private byte[] _large = [];
    private long _windowStart;
    private int _windowLength;
    private long _searchBudget;

    /// <param name="file">The file, which is the reader's from now on.</param>
    /// <param name="header">What its first page says.</param>
    /// <param name="largestWindow">How much is read at once, at the most.</param>
    public SegmentReader(IFileHandle file, JournalSegmentHeader header, int largestWindow = LargestWindow)
    {
        _file = file;
        _salt = header.Salt;
        FileLength = file.Length;
        End = Math.Min(FileLength, Math.Max(header.Size, JournalSegmentHeader.PageSize));
        Offset = JournalSegmentHeader.PageSize;
        IsCut = FileLength < header.Size;
        _windowSize = (int)Math.Clamp(End - Offset, JournalFrame.HeaderSize, largestWindow);
        _searchBudget = SearchEffort * Math.Max(End, LargestWindow);
    }

    /// <summary>The file's length.</summary>
    public long FileLength { get; }

    /// <summary>Where frames can be at the most.</summary>
    public long End { get; }

    /// <summary>Whether the file is shorter than it was made. It was flushed at its full length before it had its name.</summary>
    public bool IsCut { get; }

    /// <summary>Where the next frame would begin.</summary>
    public long Offset { get; private set; }

    /// <summary>Whether a search was given up, because too much looks like frames that are none. Nothing of the kind comes from a crash.</summary>
    public bool IsSearchGivenUp => _searchBudget < 0;

    /// <summary>Reads what lies at <see cref="Offset"/>, and goes on behind it when it is a frame.</summary>
    /// <param name="frame">The frame.</param>
    /// <param name="body">Its body; valid until the next call.</param>
    /// <param name="reason">What is wrong, when something is.</param>
    public FrameReading Read(out JournalFrame frame, out ReadOnlySpan<byte> body, out string? reason)
    {
        body = default;
        var reading = Look(Offset, out frame, out reason);
        if (reading == FrameReading.Frame)
        {
            body = ReadBody(frame);
            Offset += Math.Min(frame.Size, End - Offset);
        }

        return reading;
    }

    /// <summary>Forgets what was read: somebody may be appending to the file.</summary>
    /// <param name="offset">Where the next frame would begin.</param>
    public void Refresh(long offset)
    {
        Offset = offset;
        _windowLength = 0;
    }

    /// <summary>
    /// Whether there are only zeros where the next frame would begin, as far as a glance of some hundred bytes goes: whoever looks again and again for what is appended needs no
    /// window for that. Asks the file, whatever was read before.
    /// </summary>
    public bool IsBlank()
    {
        Span<byte> glance = stackalloc byte[(int)Math.Clamp(End - Offset, 0, Glance)];
        return glance.IsEmpty || !glance[.._file.Read(glance, Offset)].ContainsAnyExcept((byte)0);
    }

    /// <summary>Whether there is anything but zeros from the reader's place on, as far as a window goes.</summary>
    public bool IsAnythingNear() => Peek(Offset, (int)Math.Min(_windowSize, End - Offset)).ContainsAnyExcept((byte)0);

    /// <summary>Looks for the first frame behind a place where there is none, and goes there.</summary>
    /// <returns>Whether there is one; if not, the reader stands at the end.</returns>
    public bool Search()
    {
        for (Offset = Align(Offset + JournalFrame.Alignment); Offset < End && !IsSearchGivenUp; Offset += JournalFrame.Alignment)
        {
            Offset = FindNonZero(Offset);
            if (Look(Offset, out _, out _) == FrameReading.Frame)
            {
                return true;
            }
        }

        Offset = End;
        return false;
    }

    /// <summary>Whether there is anything but zeros from the reader's place on.</summary>
    public bool IsAnythingLeft() => FindNonZero(Offset) < End;

    /// <summary>The bytes from an offset up to the last that is not zero.</summary>
    public long MeasureFrom(long offset)
    {
        var last = offset;
        for (var at = offset; at < End;)
        {
            var piece = Peek(at, (int)Math.Min(_windowSize, End - at));
            var index = piece.LastIndexOfAnyExcept((byte)0);
            last = index >= 0 ? at + index + 1 : last;
            at += Math.Max(piece.Length, 1);
        }

        return last - offset;
    }

    public void Dispose() => _file.Dispose();

    private FrameReading Look(long offset, out JournalFrame frame, out string? reason)
    {
        frame = default;
        reason = null;
        Span<byte> header = stackalloc byte[JournalFrame.HeaderSize];
        var found = Peek(offset, (int)Math.Min(header.Length, End - offset));

        // A copy, because the window may move on over a long body.
        found.CopyTo(header);
        header = header[..found.Length];
        if (header.Length < JournalFrame.HeaderSize)
        {
            reason = "the file ends in a frame's header";
            return header.ContainsAnyExcept((byte)0) ? FrameReading.Bad : FrameReading.Nothing;
        }

        if (!header[..JournalFrame.Alignment].ContainsAnyExcept((byte)0))
        {
            return FrameReading.Nothing;
        }

        if (!JournalFrame.TryRead(header, _salt, out frame))
        {
            reason = "no frame of this segment begins there";
        }
        else if (frame.BodyLength > End - offset - JournalFrame.HeaderSize)
        {
            reason = string.Create(CultureInfo.InvariantCulture, $"a frame's body claims {frame.BodyLength} bytes, more than there are behind it");
        }
        else if (!IsWhole(header, offset, frame))
        {
            reason = "a frame does not have the checksum that it was written with";
        }

        return reason is null ? FrameReading.Frame : FrameReading.Bad;
    }

    private bool IsWhole(ReadOnlySpan<byte> header, long offset, JournalFrame frame)
    {
        var checksum = new Crc32C();
        var from = offset + JournalFrame.HeaderSize;
        var end = from + frame.BodyLength;
        _searchBudget -= frame.BodyLength;
        while (from < end)
        {
            // In whole words but for the last, so that the pieces have the same checksum as the whole.
            var piece = Peek(from, (int)Math.Min(end - from, Align(_windowSize)));
            if (piece.IsEmpty)
            {
                return false;
            }

            checksum.Append(piece);
            from += piece.Length;
        }

        return frame.Matches(header, _salt, checksum.Value);
    }

    private ReadOnlySpan<byte> ReadBody(JournalFrame frame)
    {
        var from = Offset + JournalFrame.HeaderSize;
        if (frame.BodyLength <= _windowSize)
        {
            return Peek(from, frame.BodyLength);
        }

        if (_large.Length < frame.BodyLength)
        {
            _large = GC.AllocateUninitializedArray<byte>(frame.BodyLength);
        }

        var body = _large.AsSpan(0, frame.BodyLength);
        return _file.Read(body, from) == body.Length ? body : throw new EndOfStreamException("A segment of the journal has become shorter while it was read.");
    }

    /// <summary>The first place from an offset on where not all is zero; the end when there is none. In steps at which frames can begin.</summary>
    private long FindNonZero(long offset)
    {
        while (offset < End)
        {
            // What is in the window already, else a whole one.
            var known = _windowStart + _windowLength - offset;
            var piece = Peek(offset, (int)Math.Min(offset >= _windowStart && known > 0 ? known : _windowSize, End - offset));
            var index = piece.IndexOfAnyExcept((byte)0);
            if (index >= 0)
            {
                return offset + (index & ~(JournalFrame.Alignment - 1));
            }

            offset += Math.Max(piece.Length, 1);
        }

        return End;
    }

    /// <summary>Bytes of the file, as many as asked for unless it ends before; no more than the window holds. Valid until the next call.</summary>
    private ReadOnlySpan<byte> Peek(long offset, int length)
    {
        if (length <= 0)
        {
            return [];
        }

        if (offset < _windowStart || offset + length > _windowStart + _windowLength)
        {
            // Not before it is needed: most looks at a segment that is being written find nothing new.
            _window = _window.Length > 0 ? _window : new byte[_windowSize];
            _windowStart = offset;
            _windowLength = _file.Read(_window.AsSpan(0, (int)Math.Min(_window.Length, End - offset)), offset);
        }

        var start = (int)(offset - _windowStart);
        return _window.AsSpan(start, Math.Min(length, _windowLength - start));
    }

    private static long Align(long offset) => offset & ~(JournalFrame.Alignment - 1L);
}
