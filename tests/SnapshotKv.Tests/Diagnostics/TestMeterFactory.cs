using System.Diagnostics.Metrics;

namespace SnapshotKv.Tests.Diagnostics;

/// <summary>A meter factory that, as a host's does, gives one meter to all who ask for a name, and disposes it only at its own end.</summary>
internal sealed class TestMeterFactory : IMeterFactory
{
    private readonly Dictionary<string, Meter> _meters = [];

    public TestMeterFactory() => Measurements = new(this);

    /// <summary>How many meters it made.</summary>
    public int Count => _meters.Count;

    /// <summary>What its meters report.</summary>
    public MeasurementCollector Measurements { get; }

    public Meter Create(MeterOptions options)
    {
        if (!_meters.TryGetValue(options.Name, out var meter))
        {
            options.Scope = this;
            _meters.Add(options.Name, meter = new Meter(options));
        }

        return meter;
    }

    public void Dispose()
    {
        Measurements.Dispose();
        foreach (var meter in _meters.Values)
        {
            meter.Dispose();
        }
    }
}
