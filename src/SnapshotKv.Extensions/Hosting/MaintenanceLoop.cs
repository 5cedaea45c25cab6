using System.Diagnostics.CodeAnalysis;
using Microsoft.Extensions.Logging;
using SnapshotKv.Extensions.Diagnostics;

namespace SnapshotKv.Extensions.Hosting;

/// <summary>Does a store's background work until it is told to stop. What fails is logged and tried again, later each time; it never reaches the host.</summary>
/// <remarks>Thread-safe. When it cannot do the work the store does it by itself, so nothing is left undone.</remarks>
internal sealed class MaintenanceLoop : IDisposable
{
    private const int MostBackOffSteps = 6;
    private static readonly TimeSpan FirstBackOff = TimeSpan.FromSeconds(1);

    private readonly Func<CancellationToken, Task> _work;
    private readonly TimeProvider _timeProvider;
    private readonly ILogger _logger;
    private readonly CancellationTokenSource _stopping = new();
    private readonly Task _running;

    private MaintenanceLoop(Func<CancellationToken, Task> work, TimeProvider timeProvider, ILogger logger)
    {
        _work = work;
        _timeProvider = timeProvider;
        _logger = logger;
        var token = _stopping.Token;

        // What the host happens to start in, a trace for one, is no part of each save from then on.
        using (ExecutionContext.SuppressFlow())
        {
            _running = Task.Run(() => RunAsync(token), CancellationToken.None);
        }
    }

    /// <summary>Begins.</summary>
    /// <param name="work">The work, which ends when its token is cancelled: <see cref="KvStore.RunMaintenanceAsync"/>.</param>
    /// <param name="timeProvider">The clock by which it is tried again.</param>
    /// <param name="logger">Told of what fails.</param>
    public static MaintenanceLoop Start(Func<CancellationToken, Task> work, TimeProvider timeProvider, ILogger logger) => new(work, timeProvider, logger);

    /// <summary>Tells it to stop, and completes when it has; a save that has begun is finished.</summary>
    public async Task StopAsync()
    {
        await _stopping.CancelAsync().ConfigureAwait(false);
        await _running.ConfigureAwait(false);
    }

    public void Dispose()
    {
        _stopping.Cancel();
        _stopping.Dispose();
    }

    [SuppressMessage("Design", "CA1031:Do not catch general exception types", Justification = "An exception out of a background loop would stop the host.")]
    private async Task RunAsync(CancellationToken stopping)
    {
        var failures = 0;
        while (!stopping.IsCancellationRequested)
        {
            try
            {
                await _work(stopping).ConfigureAwait(false);
                failures = 0;
            }
            catch (ObjectDisposedException)
            {
                // There is nothing left to do for a store that was closed.
                return;
            }
            catch (Exception exception)
            {
                var retryAfter = FirstBackOff * (1 << Math.Min(failures++, MostBackOffSteps));
                _logger.MaintenanceFailed(exception, failures, retryAfter);
                await WaitAsync(retryAfter, stopping).ConfigureAwait(false);
            }
        }
    }

    private async Task WaitAsync(TimeSpan time, CancellationToken stopping)
    {
        try
        {
            await Task.Delay(time, _timeProvider, stopping).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            // Being told to stop is how the waiting ends.
        }
    }
}
