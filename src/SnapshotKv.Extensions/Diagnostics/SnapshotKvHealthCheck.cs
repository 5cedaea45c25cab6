using System.Globalization;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Options;

namespace SnapshotKv.Extensions.Diagnostics;

/// <summary>Tells whether a store keeps what it is given: is it open, does it take writes, do saves succeed, is there room for the next, was something lost when it was opened.</summary>
/// <remarks>
/// Has no state, as a new one is made for each run: what outlives it, the last good limits among it, is handed to it. Looks at numbers that the store has at hand, and asks the file system for its free space. Descriptions name
/// no path: reports are often open to everybody.
/// </remarks>
internal sealed class SnapshotKvHealthCheck(IServiceProvider services, string storeName, HealthLimits healthLimits, FreeSpaceQuery freeSpace) : IHealthCheck
{
    public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var findings = new HealthFindings(context.Registration.FailureStatus);
        try
        {
            if (FindLimits(findings) is not { } limits)
            {
                return findings.ToResult();
            }

            var settings = services.GetRequiredService<IOptionsMonitor<SnapshotKvOptions>>().Get(storeName);
            var store = FindStore();
            var statistics = store.GetStatistics();
            Describe(store, statistics, settings.TimeProvider.GetUtcNow(), findings);
            if (statistics.Follower is { } follower)
            {
                // It writes nothing: what concerns saves and room is its owner's.
                JudgeFollower(follower, limits, findings);
                return findings.ToResult();
            }

            JudgeJournal(statistics, limits, findings);
            JudgeSaves(statistics, limits, findings);
            JudgeRecovery(store.RecoveryReport, limits, findings);
            await JudgeFreeSpaceAsync(store, statistics, limits, findings, cancellationToken).ConfigureAwait(false);
        }
        catch (ObjectDisposedException exception)
        {
            findings.Fail("The store is closed.", exception);
        }
        catch (Exception exception) when (exception is not OperationCanceledException)
        {
            findings.Fail($"The store cannot be opened: {exception.GetType().Name}.", exception);
        }

        return findings.ToResult();
    }

    private SnapshotKvHealthCheckOptions? FindLimits(HealthFindings findings)
    {
        var limits = healthLimits.Get(out var fault);
        if (limits is null)
        {
            findings.Fail($"The settings of the health check are not good: {fault!.Message}", fault);
        }
        else if (fault is not null)
        {
            findings.Degrade($"The settings of the health check are not good any more, so those from before count: {fault.Message}");
        }

        return limits;
    }

    private KvStore FindStore() =>
        storeName.Length == 0 ? services.GetRequiredService<KvStore>() : services.GetRequiredKeyedService<KvStore>(storeName);

    private static void Describe(KvStore store, KvStoreStatistics statistics, DateTimeOffset now, HealthFindings findings)
    {
        findings.Add("store", statistics.Name);
        findings.Add("memoryOnly", store.IsMemoryOnly);
        findings.Add("entries", statistics.Entries);
        findings.Add("failedSaves", statistics.FailedSaves);
        findings.Add("recoveryProblems", CountDamaged(store.RecoveryReport));
        findings.Add("hasUnacknowledgedLoss", !store.RecoveryReport.IsAcknowledged);
        findings.Add("unsavedAge", Since(statistics.UnsavedSince) ?? TimeSpan.Zero);
        findings.Add("lastSavedAt", statistics.LastSavedAt);
        findings.Add("lastSaveAge", Since(statistics.LastSavedAt));
        findings.Add("lastSaveDuration", statistics.LastSaveDuration);
        findings.Add("snapshotBytes", statistics.LastSnapshot?.SizeBytes);
        if (!store.IsMemoryOnly)
        {
            findings.Add("durability", statistics.Durability.ToString());
            findings.Add("unflushedCommits", statistics.UnflushedCommits);
            findings.Add("journalBytes", statistics.JournalBytes);
            findings.Add("journalUnusedBytes", statistics.JournalUnusedBytes);
        }

        TimeSpan? Since(DateTimeOffset? instant) => instant is null ? null : now > instant ? now - instant : TimeSpan.Zero;
    }

    internal static void JudgeFollower(KvFollowerStatus follower, SnapshotKvHealthCheckOptions limits, HealthFindings findings)
    {
        findings.Add("followerVersion", follower.Version);
        findings.Add("followerLag", follower.Lag);
        findings.Add("followerReloads", follower.Reloads);
        if (follower.Problem is not null)
        {
            // Not what it says: that may name paths.
            findings.Degrade(string.Create(CultureInfo.InvariantCulture, $"Something stands in the way of following the owner of the directory since {follower.ProblemSince:u}; reads go on with what was read before, and the log says what it is."));
        }
        else if (limits.MaxFollowerLag != Timeout.InfiniteTimeSpan && follower.Lag > limits.MaxFollowerLag)
        {
            findings.Degrade($"The store may be behind its owner for {follower.Lag}, which is longer than {limits.MaxFollowerLag}.");
        }
    }

    internal static void JudgeJournal(KvStoreStatistics statistics, SnapshotKvHealthCheckOptions limits, HealthFindings findings)
    {
        if (statistics.Fault is { } fault)
        {
            findings.Fail("The device did not take what was written to it. The store takes no more writes until it is opened again; reads go on.", fault);
        }
        else if (statistics.WriteRefusal is { } refusal)
        {
            findings.Fail("Writes are refused, because the journal finds no room on the disk, or may not be written; they are tried anew each second. Reads go on.", refusal);
        }

        if (statistics.JournalBytes > statistics.MaxJournalBytes / 100m * limits.MaxJournalPercent)
        {
            findings.Degrade(string.Create(
                CultureInfo.InvariantCulture, $"The journal takes {statistics.JournalBytes} bytes, which is more than {limits.MaxJournalPercent} % of the {statistics.MaxJournalBytes} that it may."));
        }
    }

    private static void JudgeSaves(KvStoreStatistics statistics, SnapshotKvHealthCheckOptions limits, HealthFindings findings)
    {
        if (statistics.FailedSaves >= limits.FailedSaves)
        {
            findings.Fail($"{statistics.FailedSaves} saves in a row have failed.", statistics.LastSaveError);
        }

        if (limits.MaxUnsavedAge is { } limit && findings.Data["unsavedAge"] is TimeSpan age && age > limit)
        {
            findings.Fail($"A change has been waiting for a save for {age}, which is longer than {limit}.", statistics.LastSaveError);
        }
    }

    private static int CountDamaged(KvRecoveryReport report) => report.Problems.Count + report.JournalProblems.Count + (report.HistoryProblem is null ? 0 : 1);

    internal static void JudgeRecovery(KvRecoveryReport report, SnapshotKvHealthCheckOptions limits, HealthFindings findings)
    {
        if (!limits.ReportFallback)
        {
            return;
        }

        var damaged = CountDamaged(report);
        if (!report.IsAcknowledged)
        {
            findings.Fail(report.HasLostCommits
                ? "When the store was opened, commits were missing that had been acknowledged. Look at its recovery report, deal with the loss, and acknowledge it."
                : "An earlier opening of the store found commits missing that had been acknowledged, and nobody has acknowledged the loss since.");
        }
        else if (damaged > 0 && !report.HasLostCommits)
        {
            findings.Degrade(string.Create(
                CultureInfo.InvariantCulture, $"When the store was opened, {damaged} of its files were damaged and were set aside. Nothing is known to be missing, but look at the disk."));
        }
    }

    private async Task JudgeFreeSpaceAsync(
        KvStore store, KvStoreStatistics statistics, SnapshotKvHealthCheckOptions limits, HealthFindings findings, CancellationToken cancellationToken)
    {
        try
        {
            var available = await freeSpace.AskAsync(store, cancellationToken).ConfigureAwait(false);
            findings.Add("availableBytes", available);
            var needed = limits.MinAvailableBytes ?? statistics.LastSnapshot?.SizeBytes ?? 0;
            if (available < needed)
            {
                findings.Fail($"{available} bytes are free, and {needed} are needed.");
            }
        }
        catch (KvStoreUnavailableException exception)
        {
            findings.Fail("The store's directory is gone, or cannot be asked for its free space.", exception);
        }
    }
}
