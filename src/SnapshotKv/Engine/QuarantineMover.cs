using Microsoft.Extensions.Logging;
using SnapshotKv.Diagnostics;
using SnapshotKv.Journal;
using SnapshotKv.Snapshots;

namespace SnapshotKv.Engine;

/// <summary>Carries out a <see cref="Possession"/>: moves damaged files aside, and deletes the segments that nothing needs.</summary>
/// <remarks>What the disk refuses to move stays where it is and is found again at the next opening; the report says so.</remarks>
internal sealed class QuarantineMover(SnapshotCatalog catalog, JournalDirectory journal, SnapshotKvOptions options, ILogger logger)
{
    private readonly Dictionary<string, string> _targets = new(StringComparer.Ordinal);

    /// <summary>Before anything is saved: says of each segment that it is to be moved. After the save it is not needed any more, and would else look like any that is to be deleted.</summary>
    public void Announce(Possession possession)
    {
        var announced = catalog.Quarantine.ListAnnounced();
        foreach (var problem in possession.Segments)
        {
            try
            {
                _targets[problem.FileName] = announced.ContainsKey(problem.FileName)
                    ? Path.Combine(catalog.Quarantine.DirectoryPath, problem.FileName)
                    : catalog.Quarantine.Announce(problem.FileName, problem.Reason, options.TimeProvider.GetUtcNow());
            }
            catch (Exception exception) when (IsRefusal(exception))
            {
                // The move will fail for the same reason, and the log and the report say so then.
                return;
            }
        }
    }

    /// <summary>Moves what is to be moved.</summary>
    /// <returns>The report with the places where the files are now.</returns>
    public KvRecoveryReport Move(Possession possession, KvRecoveryReport report)
    {
        var snapshots = possession.Snapshots.Select(problem => SetAside(catalog.DirectoryPath, problem, isSnapshot: true)).ToArray();
        var segments = possession.Segments.Select(problem => SetAside(journal.DirectoryPath, problem, isSnapshot: false)).ToArray();
        Drop(possession.Dropped);
        Bound([.. snapshots.Concat(segments).Select(problem => problem.MovedTo).OfType<string>()]);
        return report with { Problems = snapshots, JournalProblems = segments };
    }

    private KvRecoveryProblem SetAside(string directory, KvRecoveryProblem problem, bool isSnapshot)
    {
        string? movedTo = null;
        var answer = string.Empty;
        try
        {
            var path = Path.Combine(directory, problem.FileName);
            if (_targets.TryGetValue(problem.FileName, out var target))
            {
                catalog.Quarantine.Move(path, target);
            }
            else
            {
                target = catalog.Quarantine.Take(path, problem.Reason, options.TimeProvider.GetUtcNow());
            }

            movedTo = target;
        }
        catch (Exception exception) when (IsRefusal(exception))
        {
            answer = exception.Message;
        }

        if (isSnapshot)
        {
            logger.SnapshotQuarantined(problem.FileName, movedTo ?? $"nowhere ({answer})", problem.Reason);
        }
        else
        {
            logger.SegmentQuarantined(problem.FileName, movedTo ?? $"nowhere ({answer})", problem.Reason);
        }

        return problem with { MovedTo = movedTo };
    }

    private void Bound(HashSet<string> justTaken)
    {
        try
        {
            var deleted = catalog.Quarantine.Bound(2 * Math.Min(options.MaxJournalBytes, long.MaxValue / 2), justTaken);
            if (deleted.Count > 0)
            {
                logger.QuarantineBounded(deleted.Count, string.Join(", ", deleted));
            }
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            logger.QuarantineNotBounded(exception);
        }
    }

    private static bool IsRefusal(Exception exception) => exception is IOException or UnauthorizedAccessException or KvStoreUnavailableException;

    private void Drop(IReadOnlyList<ulong> ordinals)
    {
        try
        {
            journal.Delete([.. ordinals]);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            logger.OverruledSegmentsNotDeleted(exception, ordinals.Count);
        }
    }
}
