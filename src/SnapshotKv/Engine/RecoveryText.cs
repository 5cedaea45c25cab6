using System.Globalization;
using System.Text;
using Microsoft.Extensions.Logging;
using SnapshotKv.Diagnostics;

namespace SnapshotKv.Engine;

/// <summary>What a recovery came to, for people.</summary>
internal static class RecoveryText
{
    /// <summary>The loss that a report tells of, as it is noted until it is acknowledged.</summary>
    public static string Describe(KvRecoveryReport report)
    {
        var text = new StringBuilder("Commits that had been acknowledged are missing");
        if (report.MissingCommits is { } missing)
        {
            text.Append(CultureInfo.InvariantCulture, $": from {missing.From}, ");
            text.Append(missing.Through is { } through ? string.Create(CultureInfo.InvariantCulture, $"through {through}") : "nobody knows through which");
        }

        text.Append(report.GoWroteAfterUs ? ", because Go's program wrote a snapshot after this library had worked in the directory." : ".");
        text.Append(CultureInfo.InvariantCulture, $" The store is what '{report.LoadedSnapshot?.FileName ?? "no snapshot"}' and {report.ReplayedCommits} commits of the journal after it made of it.");
        foreach (var problem in report.Problems.Concat(report.JournalProblems))
        {
            text.Append("\n- ").Append(problem.FileName).Append(": ").Append(problem.Reason);
        }

        return text.ToString();
    }

    /// <summary>Logs what was out of the ordinary.</summary>
    public static void Log(ILogger logger, KvRecoveryReport report, string? earlierLoss)
    {
        if (report.FellBack)
        {
            logger.SnapshotFellBack(report.LoadedSnapshot?.FileName ?? "none", report.Problems.Count, report.ReplayedCommits);
        }
        else if (report.ReplayedCommits > 0)
        {
            logger.JournalReplayed(report.ReplayedCommits, report.LoadedSnapshot?.FileName ?? "none");
        }

        if (report.TornTail is { } tail)
        {
            logger.JournalTornTail(tail.FileName, tail.Offset, tail.Bytes, tail.Frames);
        }

        if (report.GoWroteAfterUs)
        {
            logger.GoWroteAfterUs(report.LoadedSnapshot!.FileName);
        }

        if (report.HasLostCommits)
        {
            logger.CommitsLost(Describe(report));
        }

        if (earlierLoss is not null)
        {
            logger.LossNotAcknowledged(earlierLoss);
        }
    }
}
