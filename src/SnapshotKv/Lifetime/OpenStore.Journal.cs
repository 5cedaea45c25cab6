using SnapshotKv.Diagnostics;
using SnapshotKv.Engine;
using SnapshotKv.Journal;

namespace SnapshotKv.Lifetime;

/// <content>The journal, and what happens when its files do not hold.</content>
internal sealed partial class OpenStore
{
    private JournalWriter CreateJournal(StoreEnvironment environment, OpenDirectory directory, JournalFiles files, RecoveredStore recovered)
    {
        var maker = new SegmentMaker(
            environment.FileSystem,
            directory.Journal,
            () => directory.Keep(directory.Checkpointer!.Latest),
            hasDirectory: files.ClosedCount > 0,
            isMapped: _settings.Durability != KvDurability.Disk);
        return new(
            environment.FileSystem,
            files,
            maker,
            new JournalOrigin(recovered.Continues, recovered.Sequence),
            environment.SegmentSizes,
            _settings,
            OnFault,
            _logger)
        {
            Rescue = SaveWhatWasLost,
        };
    }

    /// <summary>Memory is all that is left of what was not flushed: a snapshot in new files may still succeed, and is tried again when the store is closed.</summary>
    private void OnFault(Exception fault)
    {
        _logger.JournalFaulted(fault);
        Maintenance.QueueSave();
    }

    private ulong SaveWhatWasLost()
    {
        var checkpointer = Directory!.Checkpointer!;
        checkpointer.NoteFilesLost();
        checkpointer.Save(Environment.ProcessorCount, CancellationToken.None);
        return checkpointer.SavedSequence;
    }

    private void NoteClaim(string prefix, string? name)
    {
        var room = new JournalRoom(_journal!, Directory!.Checkpointer!, _settings);
        for (var attempt = 0; !_pipeline.TryNoteClaim(prefix, name); attempt++)
        {
            room.Make(attempt);
        }
    }
}
