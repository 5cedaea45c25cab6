using SnapshotKv.FileSystem;

namespace SnapshotKv.Journal;

/// <summary>The segments of a journal that another process is writing, which makes them, takes them into use and drops them at any moment.</summary>
/// <remarks>Not thread-safe. Changes nothing. Asked again, it costs a listing and the beginnings of the segment that was read last and of those behind it, as long as nothing is new.</remarks>
internal sealed class LiveSegments(IFileSystem fileSystem, string storePath)
{
    private const int Window = 64 << 10;

    private JournalReader _journal = new(fileSystem, new JournalDirectory(fileSystem, storePath));
    private List<string> _names = [];
    private List<SegmentFile> _behind = [];

    /// <summary>Whether two are one segment: a name alone may stand for another file by now.</summary>
    public static bool IsSame(SegmentFile one, SegmentFile other) => one.File.Ordinal == other.File.Ordinal && one.Header?.Salt == other.Header?.Salt;

    /// <summary>Forgets what was listed.</summary>
    public void Forget() => (_names, _behind) = ([], []);

    /// <summary>Opens a segment for a reader of its own.</summary>
    /// <exception cref="IOException">The disk refused it, or the segment was dropped.</exception>
    public SegmentReader Open(SegmentFile segment) => _journal.Open(segment, Window);

    /// <summary>Opens a segment that was listed before.</summary>
    /// <returns>Null when it was dropped since, or another has its name: what goes on from there is to be looked for.</returns>
    /// <exception cref="IOException">The disk refused it.</exception>
    public SegmentReader? TryOpen(SegmentFile segment)
    {
        try
        {
            var reader = Open(segment);
            var isSame = false;
            try
            {
                isSame = IsSame(_journal.ReadHeader(segment.File), segment);
                return isSame ? reader : null;
            }
            finally
            {
                if (!isSame)
                {
                    reader.Dispose();
                }
            }
        }
        catch (Exception exception) when (exception is FileNotFoundException or DirectoryNotFoundException)
        {
            // Dropped.
        }

        return null;
    }

    /// <summary>The segments behind one, by rising ordinal; all, when it is not there any more, or null.</summary>
    /// <exception cref="IOException">The disk refused it, or one was dropped since it was listed.</exception>
    /// <exception cref="KvStoreCorruptedException">A later version of this library wrote one.</exception>
    public IReadOnlyList<SegmentFile> ListBehind(SegmentFile? segment)
    {
        var names = ListNames();
        if (segment is not null && names.SequenceEqual(_names, StringComparer.Ordinal) && IsSame(_journal.ReadHeader(segment.File), segment))
        {
            // Most looks find nothing new, and are to cost next to nothing. Headers are read each time: the same name may stand for another file by now.
            return _behind.ConvertAll(other => _journal.ReadHeader(other.File));
        }

        var journal = new JournalReader(fileSystem, new JournalDirectory(fileSystem, storePath));
        var isHere = segment is not null && journal.Segments.Any(other => IsSame(other, segment));
        _behind = [.. journal.Segments.Where(other => !isHere || other.File.Ordinal > segment!.File.Ordinal)];
        _names = isHere ? names : [];
        _journal = journal;
        return _behind;
    }

    /// <summary>The segment behind another that is in use now, or was after it. One that is made ready and has no frame yet is not in use, unless there is a later one.</summary>
    /// <param name="segment">The other; null for none.</param>
    /// <param name="damaged">A segment whose header cannot be read, and which stands before any that is in use; null for none.</param>
    /// <returns>The segment and its reader, which is the caller's, and stands behind the first frame; null when there is none.</returns>
    /// <inheritdoc cref="ListBehind" path="/exception"/>
    public (SegmentFile Segment, SegmentReader Reader)? FindInUse(SegmentFile? segment, out SegmentFile? damaged)
    {
        damaged = null;
        foreach (var next in ListBehind(segment))
        {
            if (next.Header is null)
            {
                damaged = next;
                return null;
            }

            var reader = Open(next);
            var isInUse = false;
            try
            {
                isInUse = !reader.IsBlank() && reader.Read(out _, out _, out _) == FrameReading.Frame;
            }
            finally
            {
                if (!isInUse)
                {
                    reader.Dispose();
                }
            }

            if (isInUse)
            {
                return (next, reader);
            }
        }

        return null;
    }

    private List<string> ListNames()
    {
        var path = _journal.DirectoryPath;
        var names = fileSystem.DirectoryExists(path) ? fileSystem.List(path).Select(static entry => entry.Name).ToList() : [];
        names.Sort(StringComparer.Ordinal);
        return names;
    }
}
