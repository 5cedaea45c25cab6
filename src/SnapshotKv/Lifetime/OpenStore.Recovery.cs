using SnapshotKv.Diagnostics;
using SnapshotKv.Engine;
using SnapshotKv.FileSystem;
using SnapshotKv.Journal;
using SnapshotKv.Serialization;
using SnapshotKv.Snapshots;

namespace SnapshotKv.Lifetime;

/// <content>The reading of what a directory holds, and taking possession of it.</content>
internal sealed partial class OpenStore
{
    /// <summary>Reads what the directory holds. Changes nothing but what a process left half made.</summary>
    private static RecoveredStore Read(OpenDirectory directory, StoreServices services, StoreOperation operation, CancellationToken cancellationToken)
    {
        var (files, settings, logger) = (services.FileSystem, services.Settings, services.Logger);
        var note = new LossNote(files, directory.Path);
        var earlierLoss = note.Read();
        var journal = new JournalReader(files, directory.Journal);
        var converter = FormatConverter.To(settings.Format);
        directory.LoadHistory(settings.Recovery, settings.TimeProvider, logger);
        var recovered = new StoreRecovery(directory.Catalog, new SnapshotReader(files), journal, settings, converter, logger).Recover(cancellationToken);
        directory.Catalog.RemoveTemporaryFiles();
        directory.Journal.RemoveTemporaryFiles();
        RecoveryText.Log(logger, recovered.Report, earlierLoss);
        var loaded = recovered.Report.LoadedSnapshot;
        var elapsed = operation.Succeeded(recovered.Table.Count, loaded?.SizeBytes);
        logger.StoreOpened(directory.Path, recovered.Table.Count, loaded?.FileName ?? "none", elapsed);
        return recovered with { Report = recovered.Report with { EarlierLoss = earlierLoss, Acknowledging = note.Remove } };
    }

    /// <summary>
    /// Does with the files what is to be done before anybody is let in, in an order that no crash can make a loss of: the note of what is missing, a snapshot of what
    /// there is, and only then the moving of what is damaged.
    /// </summary>
    /// <exception cref="KvStoreUnavailableException">The disk refused the note or the snapshot. Nothing was moved.</exception>
    private void TakePossession(RecoveredStore recovered)
    {
        var directory = Directory!;
        if (recovered.Report.HasLostCommits)
        {
            Note(recovered.Report, _services.FileSystem, directory.Path);
        }

        directory.History.TakePossession(recovered.Sequence);
        if (directory.History.Problem is not null)
        {
            // It may have been moved by now.
            RecoveryReport = RecoveryReport with { HistoryProblem = directory.History.Problem };
        }

        if (recovered.Possession is not { } possession)
        {
            return;
        }

        var mover = new QuarantineMover(directory.Catalog, directory.Journal, _services.Settings, _services.Logger);
        mover.Announce(possession);
        if (possession.IsSaveDue)
        {
            directory.Checkpointer!.SaveBeforeAll(Environment.ProcessorCount);
        }

        RecoveryReport = mover.Move(possession, RecoveryReport);
    }

    private static void Note(KvRecoveryReport report, IFileSystem files, string path)
    {
        try
        {
            new LossNote(files, path).Add(report.EarlierLoss, RecoveryText.Describe(report));
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw StoreDirectory.Unusable(files, path, $"write '{Path.Combine(path, LossNote.FileName)}', which tells of the commits that are missing", exception);
        }
    }
}
