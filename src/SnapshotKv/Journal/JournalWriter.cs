using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using Microsoft.Extensions.Logging;
using SnapshotKv.Diagnostics;
using SnapshotKv.FileSystem;
using SnapshotKv.Format;

namespace SnapshotKv.Journal;

/// <summary>
/// Appends commits to the journal: into a segment that was filled beforehand, and where none is ready into one that is filled now. Flushing is another matter, and
/// goes on beside it: <see cref="Flushes"/>.
/// </summary>
/// <remarks>What appends and reserves is guarded by the commit gate; the rest is thread-safe.</remarks>
internal sealed partial class JournalWriter
{
    /// <summary>After the disk has refused a segment, writers are refused for so long before one of them tries again.</summary>
    private static readonly TimeSpan RetryAfter = TimeSpan.FromSeconds(1);

    private readonly IFileSystem _fileSystem;
    private readonly JournalFiles _files;
    private readonly SegmentMaker _maker;
    private readonly JournalOrigin _origin;
    private readonly SegmentSizes _sizes;
    private readonly SnapshotKvOptions _settings;
    private readonly StoreMetrics _metrics;
    private readonly ILogger _logger;
    private readonly Lock _lock = new();

    /// <summary>Held while a segment is made or thrown away, by one at a time: their ordinals have no gaps, and none is used out of order.</summary>
    private readonly Lock _making = new();
    private readonly List<JournalSegment> _unflushed = [];
    private JournalSegment? _current;
    private JournalSegment? _next;
    private bool _isPreparing;
    private volatile bool _isNextWanted;
    private volatile bool _isLost;
    private bool _isClosed;
    private long _lastSize;
    private ulong _lastOrdinal;
    private ulong _lostThrough;
    private long _appendedBytes;
    private ulong _lastAppended;
    private ulong _snapshotThrough;

    /// <summary>What a flush is due for beside commits: notes between them, and segments that can be closed once they are flushed.</summary>
    private volatile bool _isMoreDue;
    private Exception? _refusal;
    private long _refusedAt;
    private bool _isPreparationRefused;
    private long _preparationRefusedAt;
    private Exception? _fullness;

    public JournalWriter(
        IFileSystem fileSystem,
        JournalFiles files,
        SegmentMaker maker,
        JournalOrigin origin,
        SegmentSizes sizes,
        SnapshotKvOptions settings,
        StoreMetrics metrics,
        Action<Exception> onFault,
        ILogger logger)
    {
        _fileSystem = fileSystem;
        _files = files;
        _maker = maker;
        _origin = origin;
        _sizes = sizes;
        _settings = settings;
        _metrics = metrics;
        _logger = logger;
        _lastAppended = origin.Start;
        Flushes = new(FlushSegments, onFault);

        // What was found lies on the disk, as far as an opening can tell.
        Flushes.Advance(origin.Start);
    }

    /// <summary>Who waits for the device.</summary>
    public FlushQueue Flushes { get; }

    /// <summary>The last commit that was appended.</summary>
    public ulong LastAppended => Volatile.Read(ref _lastAppended);

    /// <summary>The bytes of all frames that were appended since the opening.</summary>
    public long AppendedBytes => Volatile.Read(ref _appendedBytes);

    /// <summary>How many commits were appended since the opening.</summary>
    public long AppendedCommits => (long)(LastAppended - _origin.Start);

    /// <summary>How many of them the device is not known to have.</summary>
    public long UnflushedCommits
    {
        get
        {
            // In this order: what is flushed between the two reads was appended before.
            var durable = Flushes.Durable;
            return (long)(LastAppended - durable);
        }
    }

    /// <summary>The bytes that were made ready and have no frame yet: they take no further room of the disk when they are used.</summary>
    public long UnusedBytes => Unused(Volatile.Read(ref _current)) + Unused(Volatile.Read(ref _next));

    /// <summary>Why the last commit was refused that found no room; null when one has found some since.</summary>
    public Exception? Refusal => Volatile.Read(ref _refusal) ?? Volatile.Read(ref _fullness);

    /// <summary>Whether something was appended that is not known to be on the device.</summary>
    public bool IsFlushDue => Flushes.Durable < LastAppended || _isMoreDue;

    /// <summary>Whether a segment should be made ready: of the present one so much is in use.</summary>
    public bool IsNextWanted => _isNextWanted;

    /// <summary>Whether the journal comes near to its limit, so that a snapshot is needed to make room.</summary>
    public bool IsNearlyFull => _files.TotalBytes > _settings.MaxJournalBytes / 4 * 3;

    /// <summary>A writer was refused, because no snapshot could make room.</summary>
    public void NoteFull(Exception refusal) => Volatile.Write(ref _fullness, refusal);

    /// <summary>Called when the files were removed under the open store: saves what was in them.</summary>
    /// <value>Returns the last commit that is saved.</value>
    public Func<ulong>? Rescue { get; set; }

    /// <summary>In the gate, before a commit has its number: sees to it that a frame can be appended.</summary>
    /// <param name="bodyLength">The bytes of its body, at most.</param>
    /// <returns>Whether there is room; if not, a snapshot must be saved first, outside of the gate.</returns>
    /// <exception cref="KvStoreFaultedException">The device has failed.</exception>
    /// <exception cref="KvStoreUnavailableException">The disk refused to make a segment.</exception>
    /// <exception cref="KvStoreException">The commit is larger than the journal may be.</exception>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool TryReserve(long bodyLength)
    {
        var size = JournalFrame.SizeOf(bodyLength);
        return _current is { } current && current.HasRoomFor(size) && !_isLost && Flushes.Fault is null ? true : TryRotate(size);
    }

    /// <summary>
    /// In the gate, before a snapshot is captured: an opening that has no segment yet makes one. The snapshot has the number behind which the opening begins, which no commit has; only the segment's header tells
    /// that none is missing between what was found and that number, should the snapshot be damaged later. Without room nothing is made.
    /// </summary>
    /// <inheritdoc cref="TryReserve" path="/exception"/>
    public void BeginBeforeCommits()
    {
        // What begins at its own number continues nothing that lies in the journal.
        if (_lastOrdinal == 0 && _origin.Continues < _origin.Start)
        {
            TryReserve(0);
        }
    }

    /// <summary>In the gate, after <see cref="TryReserve"/>: appends a commit that sets one key.</summary>
    /// <param name="number">Its number.</param>
    /// <param name="record">The record, without its number yet.</param>
    /// <param name="checksum">Its <see cref="JournalChange.SetChecksum"/>.</param>
    /// <param name="isDirect">See <see cref="JournalSegment.Append"/>.</param>
    /// <exception cref="KvStoreFaultedException">The kernel did not take it.</exception>
    public void AppendSet(ulong number, Record record, uint checksum, bool isDirect)
    {
        Span<byte> head = stackalloc byte[sizeof(ulong)];
        BinaryPrimitives.WriteUInt64LittleEndian(head, JournalChange.SetHeader(record));
        Append(new(JournalFrameKind.Changes, number, Flushes.Durable, (int)JournalChange.SizeOf(record.Bytes!.Length)), head, record.Bytes, checksum, isDirect);
    }

    /// <summary>In the gate, after <see cref="TryReserve"/>: appends a frame.</summary>
    /// <param name="kind">What it is.</param>
    /// <param name="number">Its number.</param>
    /// <param name="body">Its body.</param>
    /// <param name="checksum">CRC-32C of the body.</param>
    /// <param name="isDirect">See <see cref="JournalSegment.Append"/>.</param>
    /// <exception cref="KvStoreFaultedException">The kernel did not take it.</exception>
    public void Append(JournalFrameKind kind, ulong number, ReadOnlySpan<byte> body, uint checksum, bool isDirect) =>
        Append(new(kind, number, Flushes.Durable, body.Length), [], body, checksum, isDirect);

    /// <summary>Outside of the gate: makes the next segment ready. Once at a time; a failure is the next writer's to find.</summary>
    public void PrepareNext()
    {
        lock (_making)
        {
            PrepareInTurn();
        }
    }

    /// <summary>A snapshot is on the device.</summary>
    /// <param name="newest">The last commit in it.</param>
    /// <param name="secondNewest">The last commit in the one before, back to which the journal is kept.</param>
    public void NoteSnapshot(ulong newest, ulong secondNewest)
    {
        lock (_lock)
        {
            _snapshotThrough = Math.Max(_snapshotThrough, newest);
        }

        Flushes.Advance(Math.Min(newest, LastAppended));
        _files.Drop(IsNearlyFull ? newest : secondNewest);
    }

    /// <summary>Outside of the gate, after a snapshot was saved: makes room by dropping all that it covers.</summary>
    /// <param name="savedThrough">The last commit that a snapshot of ours holds.</param>
    public void DropCovered(ulong savedThrough)
    {
        lock (_lock)
        {
            // Not every snapshot was told of: an opening may have found it.
            _snapshotThrough = Math.Max(_snapshotThrough, savedThrough);
        }

        if (HasUnflushed())
        {
            Flushes.Flush();
        }

        _files.Drop(_snapshotThrough);
    }

    /// <summary>Flushes what is not flushed, and closes the files. Nothing is appended any more.</summary>
    /// <param name="coveredThrough">The last commit that a snapshot holds.</param>
    /// <exception cref="KvStoreFaultedException">The device did not take it.</exception>
    public void Close(ulong coveredThrough)
    {
        // One that is being made must not come to be, or go, when the directory is another's.
        lock (_making)
        {
            lock (_lock)
            {
                _isClosed = true;
            }

            DiscardNext();
        }

        try
        {
            if (LastAppended > coveredThrough && Flushes.Fault is null)
            {
                Flushes.Wait(LastAppended);
            }
        }
        finally
        {
            Flushes.WaitForRunning();
            lock (_lock)
            {
                _current?.Dispose();
                _current = null;
                _unflushed.ForEach(segment => segment.Dispose());
                _unflushed.Clear();
            }
        }
    }

    private void Append(in JournalFrame frame, ReadOnlySpan<byte> head, ReadOnlySpan<byte> rest, uint checksum, bool isDirect)
    {
        var current = _current!;
        try
        {
            current.Append(frame, head, rest, checksum, isDirect);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // Part of it may be in the file, and nothing that comes later may lie behind it.
            Flushes.Fail(exception);
            Flushes.ThrowIfFaulted();
        }

        Volatile.Write(ref _appendedBytes, _appendedBytes + frame.Size);
        Volatile.Write(ref _lastAppended, frame.Sequence);
        if (!frame.IsCommit)
        {
            _isMoreDue = true;
        }

        // Once a segment: when the disk refuses, it is for the writer to find who needs the room.
        var wantedFrom = WantedFrom(current.Size);
        if (current.Used > wantedFrom && current.Used - frame.Size <= wantedFrom)
        {
            _isNextWanted = true;
        }
    }
}
