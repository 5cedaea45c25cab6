using System.Diagnostics;
using System.Diagnostics.Metrics;

namespace SnapshotKv.Diagnostics;

/// <summary>Through which meter, and under which name, one store reports what it does.</summary>
/// <remarks>
/// Thread-safe. May be bound to another meter while the store is open; what is reported meanwhile goes to either. After disposal nothing is reported and nothing
/// of the store is held.
/// </remarks>
internal sealed class StoreMetrics : IDisposable
{
    private readonly Lock _lock = new();
    private Binding _binding;
    private IStoreGauges? _gauges;
    private bool _isDisposed;

    /// <param name="factory">Gives the meter, and disposes it; null for one of the store's own.</param>
    /// <param name="name">What the store is called; null for <see cref="SnapshotKvOptions.DefaultName"/>.</param>
    public StoreMetrics(IMeterFactory? factory, string? name) => _binding = new(factory, name);

    /// <summary>The version that the meter and the activity source carry.</summary>
    public static string? Version { get; } = typeof(StoreMetrics).Assembly.GetName().Version?.ToString(3);

    /// <summary>What the store is called.</summary>
    public string Name => Current.Name;

    private Binding Current => Volatile.Read(ref _binding);

    /// <summary>Reports through another meter or under another name from now on.</summary>
    /// <inheritdoc cref="StoreMetrics(IMeterFactory, string)"/>
    public void Bind(IMeterFactory? factory, string? name)
    {
        lock (_lock)
        {
            var former = _binding;
            if (_isDisposed || former.IsTo(factory, name))
            {
                return;
            }

            var binding = new Binding(factory, name);
            former.Instruments.Remove(this);
            Volatile.Write(ref _binding, binding);
            former.OwnMeter?.Dispose();
            if (_gauges is not null)
            {
                binding.Instruments.Add(this);
            }
        }
    }

    /// <summary>The store is open: observable instruments report it.</summary>
    public void Attach(IStoreGauges gauges)
    {
        lock (_lock)
        {
            if (!_isDisposed)
            {
                Volatile.Write(ref _gauges, gauges);
                _binding.Instruments.Add(this);
            }
        }
    }

    public StoreOperation BeginOpen(TimeProvider timeProvider) => new(SnapshotKvDiagnostics.OpenActivity, this, timeProvider);

    public StoreOperation BeginSave(TimeProvider timeProvider) => new(SnapshotKvDiagnostics.SaveActivity, this, timeProvider);

    public StoreOperation BeginRestore(TimeProvider timeProvider) => new(SnapshotKvDiagnostics.RestoreActivity, this, timeProvider);

    public StoreOperation BeginSweep(TimeProvider timeProvider) => new(SnapshotKvDiagnostics.SweepActivity, this, timeProvider);

    public StoreOperation BeginFlush(TimeProvider timeProvider) => new(SnapshotKvDiagnostics.JournalFlushActivity, this, timeProvider);

    /// <summary>Notes what has ended.</summary>
    /// <param name="activity">The name of its activity.</param>
    /// <param name="elapsed">How long it took.</param>
    /// <param name="outcome">How it ended.</param>
    /// <param name="error">The type of what it failed with; null when it did not.</param>
    /// <param name="entries">What it dealt with.</param>
    /// <param name="bytes">The file that it read or wrote; 0 for none.</param>
    public void Note(string activity, TimeSpan elapsed, string outcome, string? error, long entries, long bytes)
    {
        var binding = Current;
        var (instruments, store) = (binding.Instruments, binding.Store);
        var tags = new TagList { store, { SnapshotKvDiagnostics.OutcomeTag, outcome } };
        if (error is not null)
        {
            tags.Add(SnapshotKvDiagnostics.ErrorTypeTag, error);
        }

        var succeeded = outcome == SnapshotKvDiagnostics.Success;
        switch (activity)
        {
            case SnapshotKvDiagnostics.OpenActivity:
                instruments.OpenDuration.Record(elapsed.TotalSeconds, tags);
                break;
            case SnapshotKvDiagnostics.SaveActivity:
                instruments.SaveDuration.Record(elapsed.TotalSeconds, tags);
                if (succeeded)
                {
                    instruments.SaveSize.Record(bytes, store);
                }

                break;
            case SnapshotKvDiagnostics.RestoreActivity:
                instruments.RestoreDuration.Record(elapsed.TotalSeconds, tags);
                break;
            case SnapshotKvDiagnostics.JournalFlushActivity:
                instruments.JournalFlushDuration.Record(elapsed.TotalSeconds, tags);
                break;
            default:
                instruments.SweepDuration.Record(elapsed.TotalSeconds, tags);
                if (succeeded)
                {
                    instruments.SweepEntries.Add(entries, store);
                }

                break;
        }
    }

    /// <summary>Reads one of the store's gauges, while it is open.</summary>
    /// <param name="read">Reads it.</param>
    /// <param name="has">Whether the store has it.</param>
    /// <param name="measurement">What was read.</param>
    public bool TryRead<T>(Func<IStoreGauges, T> read, Func<IStoreGauges, bool> has, out Measurement<T> measurement)
        where T : struct
    {
        var gauges = Volatile.Read(ref _gauges);
        if (gauges is null || !has(gauges))
        {
            measurement = default;
            return false;
        }

        measurement = new(read(gauges), Current.Store);
        return true;
    }

    public void Dispose()
    {
        lock (_lock)
        {
            _isDisposed = true;
            Volatile.Write(ref _gauges, null);
            _binding.Instruments.Remove(this);
            _binding.OwnMeter?.Dispose();
        }
    }

    private sealed class Binding
    {
        private readonly IMeterFactory? _factory;

        public Binding(IMeterFactory? factory, string? name)
        {
            var options = new MeterOptions(SnapshotKvDiagnostics.MeterName) { Version = Version };
            _factory = factory;
            OwnMeter = factory is null ? new Meter(options) : null;
            Instruments = StoreInstruments.Of(OwnMeter ?? factory!.Create(options));
            Name = name ?? SnapshotKvOptions.DefaultName;
            Store = new(SnapshotKvDiagnostics.StoreTag, Name);
        }

        /// <summary>What is to be disposed with the store; null for a factory's meter, which belongs to the factory.</summary>
        public Meter? OwnMeter { get; }

        public StoreInstruments Instruments { get; }

        public string Name { get; }

        public KeyValuePair<string, object?> Store { get; }

        public bool IsTo(IMeterFactory? factory, string? name) => factory == _factory && (name ?? SnapshotKvOptions.DefaultName) == Name;
    }
}
