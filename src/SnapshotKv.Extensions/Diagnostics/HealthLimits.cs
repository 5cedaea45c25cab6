using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Primitives;

namespace SnapshotKv.Extensions.Diagnostics;

/// <summary>The limits of a store's health check as the configuration has them now, or the last good ones.</summary>
/// <remarks>
/// Thread-safe. Looks itself whether the configuration was reloaded: the options' monitor would drop the good limits before it knows whether the new ones are any good, and
/// throw at whoever reloads the configuration.
/// </remarks>
/// <param name="services">The container; its configuration is followed, when it has one.</param>
/// <param name="factory">Makes the limits anew.</param>
/// <param name="storeName">The store's name; empty for the default one.</param>
internal sealed class HealthLimits(IServiceProvider services, IOptionsFactory<SnapshotKvHealthCheckOptions> factory, string storeName)
{
    private readonly Lock _lock = new();
    private IChangeToken? _reload;
    private SnapshotKvHealthCheckOptions? _lastGood;
    private OptionsValidationException? _fault;

    /// <summary>The limits that count.</summary>
    /// <param name="fault">What is wrong with those the configuration has now; null when nothing is.</param>
    /// <returns>Null when there never were good ones.</returns>
    public SnapshotKvHealthCheckOptions? Get(out OptionsValidationException? fault)
    {
        lock (_lock)
        {
            if ((_lastGood ?? (object?)_fault) is null || _reload is { HasChanged: true })
            {
                Read();
            }

            fault = _fault;
            return _lastGood;
        }
    }

    private void Read()
    {
        // Before the reading: a change that comes during it is seen by the next check.
        _reload = services.GetService<IConfiguration>()?.GetReloadToken();
        try
        {
            _lastGood = factory.Create(storeName);
            _fault = null;
        }
        catch (OptionsValidationException exception)
        {
            _fault = exception;
        }
    }
}
