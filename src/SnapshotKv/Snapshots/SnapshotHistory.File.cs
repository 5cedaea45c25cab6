using System.Globalization;
using Microsoft.Extensions.Logging;
using SnapshotKv.Diagnostics;
using SnapshotKv.Format;

namespace SnapshotKv.Snapshots;

/// <content>Reading and writing the file, and what becomes of one that is damaged.</content>
internal sealed partial class SnapshotHistory
{
    private const string RecoveredPrefix = "recovered-";

    private KvRecoveryProblem? _problem;
    private bool _mustSetAside;
    private bool _isClosed;

    /// <summary>What is wrong with the file that was there; null when nothing is. In that case every snapshot is pinned, since any of them may have been.</summary>
    public KvRecoveryProblem? Problem => Volatile.Read(ref _problem);

    /// <summary>Reads the history of a store. Changes nothing on the disk.</summary>
    /// <param name="catalog">The snapshots.</param>
    /// <param name="file">The file.</param>
    /// <param name="mode">What is to be done when it is damaged.</param>
    /// <param name="timeProvider">Tells when something was pinned.</param>
    /// <param name="logger">Told of what is not as it should be.</param>
    /// <exception cref="KvStoreCorruptedException">It is damaged, and <paramref name="mode"/> is strict.</exception>
    /// <exception cref="IOException">It could not be read.</exception>
    public static SnapshotHistory Load(SnapshotCatalog catalog, HistoryFile file, KvRecoveryMode mode, TimeProvider timeProvider, ILogger logger)
    {
        try
        {
            if (file.Read() is { } document)
            {
                return new(catalog, file, timeProvider, logger, DropMissing(document, catalog, logger));
            }
        }
        catch (KvStoreCorruptedException exception)
        {
            if (mode == KvRecoveryMode.Strict)
            {
                throw new KvStoreCorruptedException(
                    file.FilePath,
                    exception.Offset,
                    $"{exception.Reason?.TrimEnd('.')}. It says which snapshots are pinned. Nothing was changed. Restore it from a backup, or open with Recovery = LastGood, which sets it aside and pins all snapshots there are.",
                    exception);
            }

            return new(catalog, file, timeProvider, logger, PinAll(catalog, timeProvider))
            {
                _problem = new KvRecoveryProblem(HistoryFile.FileName, exception.Message, null) { Offset = exception.Offset },
                _mustSetAside = true,
            };
        }

        return file.FindSetAside() is not { } movedTo
            ? new(catalog, file, timeProvider, logger, HistoryDocument.Empty)
            : new(catalog, file, timeProvider, logger, PinAll(catalog, timeProvider))
            {
                _problem = new KvRecoveryProblem(HistoryFile.FileName, "an earlier opening found it damaged and set it aside, and ended before it had written a new one", movedTo),
            };
    }

    /// <summary>
    /// Before anybody is let in: sets a damaged file aside and writes a new one in its place. What a restore that an ended process was about to journal needs is given the highest number that its
    /// frame can have. What the disk refuses is logged, and done with the next change or save.
    /// </summary>
    /// <param name="sequence">The last commit that was found.</param>
    public void TakePossession(ulong sequence)
    {
        lock (_lock)
        {
            var holds = _document.Holds.Select(hold => hold.Sequence is null ? hold with { Sequence = sequence } : hold).ToList();
            if (_problem is not null)
            {
                WriteLater(_document);
                _logger.HistoryDamaged(_problem.MovedTo ?? "(not moved)", _problem.Reason, _document.Pins.Count);
            }

            // Not worth a write of its own: it would come to the same with the next opening.
            Volatile.Write(ref _document, WithHolds(holds));
        }
    }

    /// <summary>The directory is about to be let go of: nothing is written to it from now on.</summary>
    public void Close()
    {
        lock (_lock)
        {
            _isClosed = true;
        }
    }

    /// <summary>The store's directory was removed and made again: what was pinned is gone with it.</summary>
    public void NoteDirectoryLost()
    {
        lock (_lock)
        {
            var left = DropMissing(_document, _catalog, _logger);
            if (left.IsEmpty && !_file.Exists)
            {
                Volatile.Write(ref _document, left);
                _isUnwritten = false;
            }
            else
            {
                WriteLater(left);
            }
        }
    }

    /// <summary>Whoever wrote the snapshot of a pin may delete it: Go knows no pins, and neither does a person who makes room.</summary>
    private static HistoryDocument DropMissing(HistoryDocument document, SnapshotCatalog catalog, ILogger logger)
    {
        if (document.Pins.Count + document.Holds.Count == 0)
        {
            return document;
        }

        var files = catalog.List().Candidates.Select(static file => file.FileName).ToHashSet(StringComparer.Ordinal);
        foreach (var pin in document.Pins.Where(pin => !files.Contains(pin.Snapshot)))
        {
            logger.PinnedSnapshotGone(pin.Name, pin.Snapshot);
        }

        return document with { Pins = [.. document.Pins.Where(pin => files.Contains(pin.Snapshot))], Holds = [.. document.Holds.Where(hold => files.Contains(hold.Snapshot))] };
    }

    /// <summary>
    /// Nobody knows what was pinned, so that everything is, newest first; of more than a file can have, the oldest, which were the likeliest to be. Restores must find room for their names.
    /// </summary>
    private static HistoryDocument PinAll(SnapshotCatalog catalog, TimeProvider timeProvider)
    {
        var now = timeProvider.GetUtcNow();
        return HistoryDocument.Empty with
        {
            Pins = [.. catalog.List().Candidates
                .TakeLast(HistoryDocument.MostPins - MostAutomaticPins - 1)
                .Select((file, i) => new HistoryPin(string.Create(CultureInfo.InvariantCulture, $"{RecoveredPrefix}{i + 1}"), file.FileName, now, IsAutomatic: false))],
        };
    }

    /// <summary>Writes a state, and only then takes it over.</summary>
    /// <exception cref="KvStoreUnavailableException">The disk refused it. Nothing has changed.</exception>
    /// <exception cref="ObjectDisposedException">The store is closed.</exception>
    private void Write(HistoryDocument next)
    {
        // Whoever comes late must not take the directory's lock again.
        ObjectDisposedException.ThrowIf(_isClosed, typeof(KvStore));
        try
        {
            if (Guard?.Invoke() == true)
            {
                next = DropMissing(next, _catalog, _logger);
            }

            if (_mustSetAside)
            {
                var movedTo = _file.SetAside(_problem!.Reason, _timeProvider.GetUtcNow());
                Volatile.Write(ref _problem, _problem with { MovedTo = movedTo });
                _mustSetAside = false;
            }

            var bytes = next.Encode();
            ThrowIfUnreadable(next, bytes.Length);
            _file.Write(bytes);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or KvStoreUnavailableException)
        {
            // Where only the last step failed, the disk has what memory has not: the next save writes it over.
            _isUnwritten = true;
            throw new KvStoreUnavailableException(
                $"'{_file.FilePath}', which says which snapshots are pinned, could not be written: {exception.Message} Nothing was changed. Remove the cause and try again.",
                exception);
        }

        Volatile.Write(ref _document, next);
        _isUnwritten = false;
    }

    /// <summary>What the next opening would refuse is not written: it would take the store with it.</summary>
    private static void ThrowIfUnreadable(HistoryDocument next, int length)
    {
        if (next.Pins.Count > HistoryDocument.MostPins || next.Holds.Count > HistoryDocument.MostHolds || next.Protected.Count > HistoryDocument.MostPrefixes || length > HistoryDocument.MostBytes)
        {
            throw new KvSnapshotException(
                HistoryFile.FileName,
                KvSnapshotProblem.TooMany,
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"'{HistoryFile.FileName}' cannot take more: {next.Pins.Count} pinned names, {next.Holds.Count} snapshots that the journal needs, {next.Protected.Count} protected prefixes, {length} bytes. Nothing was changed. Unpin what is not needed, or save, so that the journal needs less."));
        }
    }

    /// <summary>Takes a state over, and writes it now or, where the disk refuses, with the next change or save.</summary>
    private void WriteLater(HistoryDocument next)
    {
        try
        {
            Write(next);
        }
        catch (KvStoreException exception)
        {
            Volatile.Write(ref _document, next);
            _isUnwritten = true;
            _logger.HistoryNotWritten(exception);
        }
    }
}
