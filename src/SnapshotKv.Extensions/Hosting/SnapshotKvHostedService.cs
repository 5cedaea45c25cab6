using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Primitives;
using SnapshotKv.Extensions.Configuration;

namespace SnapshotKv.Extensions.Hosting;

/// <summary>
/// Opens the stores when the host starts, does their background work while the host runs, hands changed settings on to them, and saves them when all
/// services have stopped.
/// </summary>
/// <remarks>
/// <para>The stores are opened in the first phase, so that a directory that cannot be used ends the start before anything is served.</para>
/// <para>The save comes in the last phase, because requests can still write while services stop, in whatever order they do. It is bounded by that
/// phase's token and not by the one that ends the background work. It neither throws nor is the last word: the container, when it is disposed, closes
/// the stores, which saves what came later or could not be saved here, and throws if that fails.</para>
/// </remarks>
internal sealed class SnapshotKvHostedService(
    IServiceProvider services,
    IEnumerable<SnapshotKvRegistration> registrations,
    IOptionsMonitor<SnapshotKvOptions> options,
    IOptionsFactory<SnapshotKvOptions> factory,
    ILogger<SnapshotKvHostedService> logger) : IHostedLifecycleService, IDisposable
{
    private readonly List<HostedStore> _stores = [];
    private IDisposable? _following;

    public async Task StartingAsync(CancellationToken cancellationToken)
    {
        ConfigurationServices.Attach(services);
        foreach (var registration in registrations)
        {
            // Reading a large store takes seconds, which belong to no caller's thread.
            var store = await Task.Run(() => registration.GetStore(services), cancellationToken).ConfigureAwait(false);
            _stores.Add(new HostedStore(registration, store, options.Get(registration.Name).TimeProvider, logger));
        }

        if (services.GetService<IConfiguration>() is { } configuration)
        {
            _following = ChangeToken.OnChange(configuration.GetReloadToken, Reconfigure);
        }
    }

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken)
    {
        _following?.Dispose();
        return Task.WhenAll(_stores.Select(store => store.StopAsync(cancellationToken)));
    }

    /// <summary>Ends the background work also when a start failed half way, and nothing was stopped.</summary>
    public void Dispose()
    {
        _following?.Dispose();
        foreach (var store in _stores)
        {
            store.Dispose();
        }
    }

    private void Reconfigure()
    {
        foreach (var store in _stores)
        {
            store.Reconfigure(factory);
        }
    }
}
