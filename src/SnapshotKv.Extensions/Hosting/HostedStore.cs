using System.Diagnostics.CodeAnalysis;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using SnapshotKv.Extensions.Diagnostics;

namespace SnapshotKv.Extensions.Hosting;

/// <summary>A store while a host runs: its background work, its settings as they change, and the save at the host's end.</summary>
internal sealed class HostedStore : IDisposable
{
    private readonly SnapshotKvRegistration _registration;
    private readonly KvStore _store;
    private readonly MaintenanceLoop _maintenance;
    private readonly ILogger _logger;
    private readonly Lock _reconfiguring = new();
    private string _postponed = "";
    private string _refused = "";

    public HostedStore(SnapshotKvRegistration registration, KvStore store, TimeProvider timeProvider, ILogger logger)
    {
        _registration = registration;
        _store = store;
        _logger = logger;
        _maintenance = MaintenanceLoop.Start(store.RunMaintenanceAsync, timeProvider, logger);
    }

    /// <summary>Takes the settings over as the configuration has them now. What is wrong with them is logged, and the store keeps those it has.</summary>
    /// <param name="factory">Makes the options anew. The monitor would drop the good ones before it knows whether the new ones are any good.</param>
    [SuppressMessage("Design", "CA1031:Do not catch general exception types", Justification = "The application's own delegates make the options; what they throw must not keep the other stores from their settings.")]
    public void Reconfigure(IOptionsFactory<SnapshotKvOptions> factory)
    {
        lock (_reconfiguring)
        {
            try
            {
                var postponed = string.Join(", ", _store.Reconfigure(factory.Create(_registration.Name)));
                if (postponed.Length > 0 && postponed != _postponed)
                {
                    _logger.SettingsPostponed(_registration.Call, postponed);
                }

                _postponed = postponed;
                _refused = "";
            }
            catch (ObjectDisposedException)
            {
                // The configuration may change once more while the container goes.
            }
            catch (Exception exception)
            {
                // Said once, however often the configuration changes in other places meanwhile.
                if (exception.Message != _refused)
                {
                    _logger.SettingsRefused(exception, _registration.Call);
                }

                _refused = exception.Message;
            }
        }
    }

    /// <summary>Ends the background work and saves. It throws nothing: the container, when it closes the store, saves what could not be saved here.</summary>
    public async Task StopAsync(CancellationToken cancellationToken)
    {
        try
        {
            await _maintenance.StopAsync().WaitAsync(cancellationToken).ConfigureAwait(false);
            if (_store.Follower is null)
            {
                await _store.SaveAsync(cancellationToken).ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            _logger.LastSaveCutShort();
        }
        catch (ObjectDisposedException)
        {
            // Whoever disposed the store before its host has saved it by that.
        }
        catch (Exception exception)
        {
            _logger.LastSaveFailed(exception);
        }
    }

    /// <summary>Ends the background work.</summary>
    public void Dispose() => _maintenance.Dispose();
}
