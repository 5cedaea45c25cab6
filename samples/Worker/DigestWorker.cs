using System.Security.Cryptography;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace SnapshotKv.Samples.Worker;

/// <summary>Digests a directory again and again, by the settings of the moment: a round begins when the last one is an interval ago, or when they change.</summary>
internal sealed partial class DigestWorker(FileDigests digests, IOptionsMonitor<WorkerOptions> settings, TimeProvider timeProvider, ILogger<DigestWorker> logger)
    : BackgroundService
{
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var changed = new SemaphoreSlim(0);
        using var following = settings.OnChange(_ => changed.Release());
        while (true)
        {
            var current = settings.CurrentValue;
            await GoRoundAsync(current, stoppingToken);

            using var resting = CancellationTokenSource.CreateLinkedTokenSource(stoppingToken);
            await Task.WhenAny(Task.Delay(current.Interval, timeProvider, resting.Token), changed.WaitAsync(resting.Token));
            await resting.CancelAsync();
            stoppingToken.ThrowIfCancellationRequested();
        }
    }

    private async Task GoRoundAsync(WorkerOptions current, CancellationToken cancellationToken)
    {
        using var all = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var (read, known) = (0, 0);
        var files = new DirectoryInfo(current.Directory).EnumerateFiles(current.Pattern, SearchOption.AllDirectories);
        foreach (var file in files.OrderBy(static file => file.FullName, StringComparer.Ordinal))
        {
            var (digest, wasKnown) = await digests.DigestAsync(file, cancellationToken);
            all.AppendData(digest);
            (read, known) = wasKnown ? (read, known + 1) : (read + 1, known);
        }

        LogRound(current.Pattern, read, known, Convert.ToHexStringLower(all.GetHashAndReset().AsSpan(0, 6)));
    }

    [LoggerMessage(1, LogLevel.Information, "{Pattern}: {Read} read, {Known} known, together {Digest}")]
    private partial void LogRound(string pattern, int read, int known, string digest);
}
