using System.Diagnostics.Metrics;

namespace SnapshotKv.Benchmarks.Peers;

/// <summary>Listens to the requests of the caches that are opened while it is told to look, as a collector of metrics does: one callback for each.</summary>
internal sealed class RequestListener : IDisposable
{
    private readonly MeterListener _listener = new();
    private bool _isLooking;
    private long _requests;

    public RequestListener()
    {
        _listener.InstrumentPublished = (instrument, listener) =>
        {
            if (_isLooking && instrument.Name == SnapshotKvDiagnostics.CacheRequests)
            {
                listener.EnableMeasurementEvents(instrument);
            }
        };
        _listener.SetMeasurementEventCallback<long>((_, value, _, _) => _requests += value);
        _listener.Start();
    }

    /// <summary>How many it was told of; by several threads at once, about how many.</summary>
    public long Requests => _requests;

    /// <summary>Opens a cache in memory that is listened to.</summary>
    public OurCache Open()
    {
        _isLooking = true;
        try
        {
            return OurCache.Open();
        }
        finally
        {
            _isLooking = false;
        }
    }

    public void Dispose() => _listener.Dispose();
}
