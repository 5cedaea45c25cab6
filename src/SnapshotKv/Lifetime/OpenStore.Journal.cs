using SnapshotKv.Diagnostics;
using SnapshotKv.Engine;
using SnapshotKv.Journal;

namespace SnapshotKv.Lifetime;

/// <content>The journal, and what happens when its files do not hold.</content>
internal sealed partial class OpenStore
{
    /// <summary>Who appends commits; null in memory-only mode and at level <see cref="KvDurability.Snapshot"/>.</summary>
    public JournalWriter? Journal => _journal;

    /// <summary>The journal's files, also those that an opening at another level left; null in memory-only mode.</summary>
    public JournalFiles? JournalFiles { get; }

    /// <summary>What they may take.</summary>
    public long MaxJournalBytes => _services.Settings.MaxJournalBytes;

    /// <summary>The last commit that is known to be on the device, in the journal or in a snapshot; null in memory-only mode.</summary>
    public ulong? DurableSequence => Directory?.Checkpointer is not { } checkpointer ? null
        : _journal is not null ? _journal.Flushes.Durable

        // What was found at the opening is there, whether or not it is to be rewritten.
        : Math.Max(_openedAt, checkpointer.SavedSequence);

    private JournalWriter CreateJournal(OpenDirectory directory, JournalFiles files, RecoveredStore recovered)
    {
        var maker = new SegmentMaker(
            _services.FileSystem,
            directory.Journal,
            () => directory.Keep(directory.Checkpointer!.Latest),
            hasDirectory: files.ClosedCount > 0,
            isMapped: _services.Settings.Durability != KvDurability.Disk);
        return new(
            _services.FileSystem,
            files,
            maker,
            new JournalOrigin(recovered.Continues, recovered.Sequence),
            _services.Environment.SegmentSizes,
            _services.Settings,
            _services.Metrics,
            OnFault,
            _services.Logger)
        {
            Rescue = SaveWhatWasLost,
        };
    }

    /// <summary>Memory is all that is left of what was not flushed: a snapshot in new files may still succeed, and is tried again when the store is closed.</summary>
    private void OnFault(Exception fault)
    {
        _services.Logger.JournalFaulted(fault);
        Maintenance.QueueSave();
    }

    private ulong SaveWhatWasLost()
    {
        var checkpointer = Directory!.Checkpointer!;
        checkpointer.NoteFilesLost();

        // This is called within a flush: a watcher that writes, and waits for the device, would wait for itself.
        checkpointer.SaveAndAnnounceBy(Environment.ProcessorCount, Maintenance.Queue);
        return checkpointer.SavedSequence;
    }

    private void NoteClaim(string prefix, string? name, Action change)
    {
        for (var attempt = 0; !_pipeline.TryNoteClaim(prefix, name, change); attempt++)
        {
            // Within the lock of the claims, and perhaps within a restore: those who watch may wait for either.
            _room!.Make(attempt, Maintenance.Queue);
        }
    }
}
