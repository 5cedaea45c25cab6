using System.Diagnostics.Metrics;

namespace SnapshotKv.Extensions.Diagnostics;

/// <summary>The instruments of all caches of a container, under the names that .NET gives its own caches.</summary>
/// <remarks>Thread-safe. On the meter of the container's factory, which disposes it, or on one of its own. After disposal nothing is observed.</remarks>
internal sealed class CacheMeter : IDisposable
{
    private readonly Lock _lock = new();
    private readonly Meter? _ownMeter;
    private CacheMetrics[] _caches = [];

    /// <param name="factory">Gives the meter; null for one of its own.</param>
    public CacheMeter(IMeterFactory? factory)
    {
        var options = new MeterOptions(SnapshotKvDiagnostics.MeterName) { Version = typeof(SnapshotKvDiagnostics).Assembly.GetName().Version?.ToString(3) };
        _ownMeter = factory is null ? new Meter(options) : null;
        var meter = _ownMeter ?? factory!.Create(options);
        Requests = meter.CreateCounter<long>(SnapshotKvDiagnostics.CacheRequests, "{request}", "Lookups in the cache.");
        meter.CreateObservableUpDownCounter(SnapshotKvDiagnostics.CacheEntries, Entries, "{entry}", "Entries in the cache.");
    }

    /// <summary>Lookups.</summary>
    public Counter<long> Requests { get; }

    /// <summary>What one cache reports through.</summary>
    /// <param name="name">What the cache is called.</param>
    public CacheMetrics ForCache(string name)
    {
        var metrics = new CacheMetrics(Requests, name);
        lock (_lock)
        {
            _caches = [.. _caches, metrics];
        }

        return metrics;
    }

    public void Dispose()
    {
        Volatile.Write(ref _caches, []);
        _ownMeter?.Dispose();
    }

    private IEnumerable<Measurement<long>> Entries()
    {
        foreach (var cache in Volatile.Read(ref _caches))
        {
            if (cache.TryCount(out var measurement))
            {
                yield return measurement;
            }
        }
    }
}
