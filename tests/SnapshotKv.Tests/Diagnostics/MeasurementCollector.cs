using System.Diagnostics.Metrics;

namespace SnapshotKv.Tests.Diagnostics;

/// <summary>Keeps what the instruments of one meter factory, or of all meters of a name, report.</summary>
internal sealed class MeasurementCollector : IDisposable
{
    private readonly Lock _gate = new();
    private readonly List<CollectedMeasurement> _measurements = [];
    private readonly List<Instrument> _instruments = [];
    private readonly MeterListener _listener = new();

    /// <param name="wanted">Which meters are listened to.</param>
    public MeasurementCollector(Func<Meter, bool> wanted)
    {
        _listener.InstrumentPublished = (instrument, listener) =>
        {
            if (wanted(instrument.Meter))
            {
                lock (_gate)
                {
                    _instruments.Add(instrument);
                }

                listener.EnableMeasurementEvents(instrument);
            }
        };
        _listener.SetMeasurementEventCallback<long>((instrument, value, tags, _) => Add(instrument, value, tags));
        _listener.SetMeasurementEventCallback<int>((instrument, value, tags, _) => Add(instrument, value, tags));
        _listener.SetMeasurementEventCallback<double>((instrument, value, tags, _) => Add(instrument, value, tags));
        _listener.Start();
    }

    /// <summary>Listens to the meters of a factory.</summary>
    public MeasurementCollector(IMeterFactory factory)
        : this(meter => ReferenceEquals(meter.Scope, factory))
    {
    }

    /// <summary>The instruments that were published, each as often as it was.</summary>
    public IReadOnlyList<Instrument> Instruments
    {
        get
        {
            lock (_gate)
            {
                return [.. _instruments];
            }
        }
    }

    /// <summary>What was reported, in order.</summary>
    public IReadOnlyList<CollectedMeasurement> All
    {
        get
        {
            lock (_gate)
            {
                return [.. _measurements];
            }
        }
    }

    /// <summary>What one instrument reported.</summary>
    public IReadOnlyList<CollectedMeasurement> Of(string instrument) => [.. All.Where(measurement => measurement.Instrument.Name == instrument)];

    /// <summary>What an observable instrument says now.</summary>
    public IReadOnlyList<CollectedMeasurement> Ask(string instrument)
    {
        lock (_gate)
        {
            _measurements.RemoveAll(measurement => measurement.Instrument.IsObservable);
        }

        _listener.RecordObservableInstruments();
        return Of(instrument);
    }

    public void Dispose() => _listener.Dispose();

    private void Add(Instrument instrument, double value, ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        lock (_gate)
        {
            _measurements.Add(new(instrument, value, tags.ToArray().ToDictionary(static tag => tag.Key, static tag => tag.Value)));
        }
    }
}
