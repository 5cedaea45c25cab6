using System.Diagnostics;

namespace SnapshotKv.Diagnostics;

/// <summary>An opening, a save, a sweep or a flush while it runs: an activity, where somebody listens, and a measurement when it ends.</summary>
/// <remarks>For one thread or asynchronous flow.</remarks>
internal sealed class StoreOperation : IDisposable
{
    private readonly string _name;
    private readonly StoreMetrics _metrics;
    private readonly TimeProvider _timeProvider;
    private readonly long _started;
    private readonly Activity? _activity;
    private bool _hasEnded;

    public StoreOperation(string name, StoreMetrics metrics, TimeProvider timeProvider)
    {
        _name = name;
        _metrics = metrics;
        _timeProvider = timeProvider;
        _started = timeProvider.GetTimestamp();
        _activity = StoreActivities.Start(name, metrics.Name);
    }

    /// <summary>It is done.</summary>
    /// <param name="entries">How many entries it dealt with.</param>
    /// <param name="bytes">The size of the file that it read or wrote; null for none.</param>
    /// <returns>How long it took.</returns>
    public TimeSpan Succeeded(long entries, long? bytes = null)
    {
        _activity?.SetTag(SnapshotKvDiagnostics.EntriesTag, entries);
        if (bytes is not null)
        {
            _activity?.SetTag(SnapshotKvDiagnostics.BytesTag, bytes);
        }

        return End(SnapshotKvDiagnostics.Success, error: null, entries, bytes ?? 0);
    }

    /// <summary>The device has what was appended to the journal.</summary>
    /// <param name="commits">How many commits it did not have before.</param>
    public void FlushSucceeded(long commits)
    {
        _activity?.SetTag(SnapshotKvDiagnostics.CommitsTag, commits);
        End(SnapshotKvDiagnostics.Success, error: null, 0, 0);
    }

    /// <summary>It failed, or its caller gave it up. Says nothing once it has succeeded: what comes after the deed is none of it.</summary>
    public void Failed(Exception exception)
    {
        if (_hasEnded)
        {
            return;
        }

        if (exception is OperationCanceledException)
        {
            End(SnapshotKvDiagnostics.Canceled, error: null, 0, 0);
            return;
        }

        // The type only: messages name paths, and may name keys.
        var error = exception.GetType().FullName;
        _activity?.SetTag(SnapshotKvDiagnostics.ErrorTypeTag, error);
        _activity?.SetStatus(ActivityStatusCode.Error);
        End(SnapshotKvDiagnostics.Failure, error, 0, 0);
    }

    /// <summary>Ends the activity, with all that was done inside it.</summary>
    public void Dispose() => _activity?.Dispose();

    private TimeSpan End(string outcome, string? error, long entries, long bytes)
    {
        var elapsed = _timeProvider.GetElapsedTime(_started);
        _hasEnded = true;
        _activity?.SetTag(SnapshotKvDiagnostics.OutcomeTag, outcome);
        _metrics.Note(_name, elapsed, outcome, error, entries, bytes);
        return elapsed;
    }
}
