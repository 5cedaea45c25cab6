using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using SnapshotKv.Extensions.Diagnostics;

namespace SnapshotKv.Extensions.Hosting;

/// <summary>
/// Opens the store when the host starts, does its background work while the host runs, and saves it when all services have stopped.
/// </summary>
/// <remarks>
/// <para>The store is opened in the first phase, so that a directory that cannot be used ends the start before anything is served.</para>
/// <para>The save comes in the last phase, because requests can still write while services stop, in whatever order they do. It is bounded by that
/// phase's token and not by the one that ends the background work. It neither throws nor is the last word: the container, when it is disposed, closes
/// the store, which saves what came later or could not be saved here, and throws if that fails.</para>
/// </remarks>
internal sealed class SnapshotKvHostedService(
    IServiceProvider services,
    IOptions<SnapshotKvOptions> options,
    ILogger<SnapshotKvHostedService> logger) : IHostedLifecycleService, IDisposable
{
    private MaintenanceLoop? _maintenance;
    private KvStore? _store;

    public async Task StartingAsync(CancellationToken cancellationToken)
    {
        // Reading a large store takes seconds, which belong to no caller's thread.
        _store = await Task.Run(() => services.GetRequiredService<KvStore>(), cancellationToken).ConfigureAwait(false);
        _maintenance = MaintenanceLoop.Start(_store, options.Value.TimeProvider, logger);
    }

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public async Task StoppedAsync(CancellationToken cancellationToken)
    {
        if (_store is null)
        {
            return;
        }

        try
        {
            await _maintenance!.StopAsync().WaitAsync(cancellationToken).ConfigureAwait(false);
            await _store.SaveAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            logger.LastSaveCutShort();
        }
        catch (ObjectDisposedException)
        {
            // Whoever disposed the store before its host has saved it by that.
        }
        catch (Exception exception)
        {
            logger.LastSaveFailed(exception);
        }
    }

    /// <summary>Ends the background work also when a start failed half way, and nothing was stopped.</summary>
    public void Dispose() => _maintenance?.Dispose();
}
