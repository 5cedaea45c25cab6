using System.Globalization;
using System.Runtime.CompilerServices;
using SnapshotKv.Diagnostics;
using SnapshotKv.Format;

namespace SnapshotKv.Journal;

/// <content>Segments: made ready beforehand, taken into use, retired, thrown away.</content>
internal sealed partial class JournalWriter
{
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
}
