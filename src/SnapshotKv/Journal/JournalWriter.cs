using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
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
internal sealed class JournalWriter
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

    /// <summary>Who writes fast fills a segment as fast as the next is made, so that one is begun early; who writes little has little of the disk taken.</summary>
    private long WantedFrom(long segmentSize) => segmentSize > _sizes.Smallest ? segmentSize / 8 : segmentSize / 2;

    private void PrepareInTurn()
    {
        long size;
        lock (_lock)
        {
            _isNextWanted = false;
            if (_isPreparing || _next is not null || _isClosed || WasPreparationRefused())
            {
                return;
            }

            size = _sizes.Next(_lastSize, 0, _settings.MaxJournalBytes);
            if (!_files.TryReserve(size, _settings.MaxJournalBytes))
            {
                return;
            }

            _isPreparing = true;
        }

        JournalSegment? made = null;
        try
        {
            made = Make(size);
        }
        catch (Exception exception)
        {
            // Nobody waits for it, so whatever goes wrong must not end the process.
            _files.Release(size);
            if (exception is not (IOException or UnauthorizedAccessException or KvStoreException))
            {
                _logger.JournalUpkeepFailed(exception);
            }
        }

        lock (_lock)
        {
            _isPreparing = false;
            _isPreparationRefused = made is null;
            if (_isPreparationRefused)
            {
                _preparationRefusedAt = _settings.TimeProvider.GetTimestamp();
                BeginSmallAgain();
            }

            // Only who is called back while it is made, a logger for instance, can have closed, lost or made anything meanwhile.
            if (made is not null && !_isClosed && !_isLost && made.Ordinal > _lastOrdinal)
            {
                _next = made;
                return;
            }
        }

        Discard(made);
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

    [MethodImpl(MethodImplOptions.NoInlining)]
    private bool TryRotate(long size)
    {
        Flushes.ThrowIfFaulted();
        ThrowIfTooLarge(size);

        // A segment that is being made is ready sooner than another would be, which the device would have to take as well.
        lock (_making)
        {
            return TryRotateInTurn(size);
        }
    }

    private bool TryRotateInTurn(long size)
    {
        if (_isLost)
        {
            Retire(null);
            _isLost = false;
        }

        if (TakeNext(size) is { } ready)
        {
            Retire(ready);
            return true;
        }

        ThrowIfRefused();
        var bytes = _sizes.Next(_lastSize, size, _settings.MaxJournalBytes);
        if (!_files.TryReserve(bytes, _settings.MaxJournalBytes))
        {
            if (_current is { } full && full.LastSequence <= Volatile.Read(ref _snapshotThrough))
            {
                // All of it is in a snapshot: it can be dropped, and make room, once nothing is appended to it.
                Retire(null);
            }

            return false;
        }

        try
        {
            Retire(Make(bytes));
            return true;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or KvStoreException)
        {
            _files.Release(bytes);
            lock (_lock)
            {
                BeginSmallAgain();
            }

            Volatile.Write(ref _refusal, exception);
            _refusedAt = _settings.TimeProvider.GetTimestamp();
            throw Refused(exception);
        }
    }

    /// <summary>A frame that the journal will never take is refused; this needs no gate.</summary>
    public void ThrowIfTooLarge(long size)
    {
        if (SegmentSizes.RoundUp(size + JournalSegmentHeader.PageSize) > _settings.MaxJournalBytes || size - JournalFrame.HeaderSize > JournalFrame.LongestBody)
        {
            throw new KvStoreException(string.Create(
                CultureInfo.InvariantCulture,
                $"The commit takes {size} bytes in the journal, and {nameof(SnapshotKvOptions.MaxJournalBytes)} allows {_settings.MaxJournalBytes} for all of it. Nothing was changed. Make smaller commits, raise the limit, or keep what is large in blobs."));
        }
    }

    private void ThrowIfRefused()
    {
        if (_refusal is { } refusal)
        {
            // Kept beyond that, until one has found room: this is what those are told who ask how the store is.
            if (_settings.TimeProvider.GetElapsedTime(_refusedAt) < RetryAfter)
            {
                throw Refused(refusal);
            }
        }
    }

    /// <summary>In the lock: whether the disk refused the next segment just now. Else each commit would have it tried, which fills the rest of a full disk each time.</summary>
    private bool WasPreparationRefused() =>
        _isPreparationRefused && _settings.TimeProvider.GetElapsedTime(_preparationRefusedAt) < RetryAfter;

    /// <summary>In the lock: a disk that has no room for a large segment may have some for a small one.</summary>
    private void BeginSmallAgain() => _lastSize = 0;

    private static KvStoreUnavailableException Refused(Exception refusal) => new(
        $"The write was refused, because the journal cannot be written: {refusal.Message.TrimEnd('.')}. Nothing was changed, and reads go on. Remove the cause and write again: it is tried anew each second.",
        refusal);

    private JournalSegment Make(long size)
    {
        var ordinal = _files.NextOrdinal();
        try
        {
            return _maker.Make(new(
                ordinal,
                Salt: 0,
                size,
                _origin.Continues,
                _origin.Start,
                Flushes.Durable,
                CreatedAt: (_settings.TimeProvider.GetUtcNow().UtcTicks - DateTimeOffset.UnixEpoch.Ticks) * 100));
        }
        catch
        {
            // Should the disk have refused to delete what was made of it, the next one replaces that.
            _files.GiveBack(ordinal);
            throw;
        }
    }

    private JournalSegment? TakeNext(long size)
    {
        if (_next?.HasRoomFor(size) == false)
        {
            // It would stand before this commit's in the order, and stay empty.
            DiscardNext();
        }

        return TakeNext();
    }

    private JournalSegment? TakeNext()
    {
        lock (_lock)
        {
            var taken = _next;
            _next = null;
            return taken;
        }
    }

    /// <summary>In the gate: nothing is appended to the present segment any more, but to the next.</summary>
    private void Retire(JournalSegment? next)
    {
        lock (_lock)
        {
            if (_current is not null)
            {
                _unflushed.Add(_current);
                _isMoreDue = true;
            }

            _current = next;
            _lastSize = next?.Size ?? _lastSize;
            _lastOrdinal = next?.Ordinal ?? _lastOrdinal;
        }

        if (next is not null)
        {
            // There is room again.
            Volatile.Write(ref _refusal, null);
            Volatile.Write(ref _fullness, null);
        }
    }

    private static long Unused(JournalSegment? segment) => segment is null ? 0 : segment.Size - segment.Used;

    private void DiscardNext() => Discard(TakeNext());

    private void Discard(JournalSegment? unused)
    {
        if (unused is not null)
        {
            unused.Dispose();
            _files.DeleteUnused(unused);
        }
    }

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
