using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace SnapshotKv.Extensions.Diagnostics;

/// <summary>Gathers what a health check finds, so that it tells all that is wrong and not the first of it.</summary>
/// <param name="failureStatus">What the registration wants a failure to be.</param>
internal sealed class HealthFindings(HealthStatus failureStatus)
{
    private readonly Dictionary<string, object> _data = new(StringComparer.Ordinal);
    private readonly List<string> _reasons = [];
    private HealthStatus _status = HealthStatus.Healthy;
    private Exception? _exception;

    /// <summary>What was found so far, by name.</summary>
    public IReadOnlyDictionary<string, object> Data => _data;

    /// <summary>Notes a number; null is left out.</summary>
    public void Add(string name, object? value)
    {
        if (value is not null)
        {
            _data[name] = value;
        }
    }

    /// <summary>Something is wrong: the status that the registration wants.</summary>
    public void Fail(string reason, Exception? exception = null)
    {
        Lower(failureStatus, reason);
        _exception ??= exception;
    }

    /// <summary>Something should be looked at. Never worse than what the registration wants a failure to be.</summary>
    public void Degrade(string reason) => Lower(failureStatus > HealthStatus.Degraded ? failureStatus : HealthStatus.Degraded, reason);

    public HealthCheckResult ToResult() => new(_status, _reasons.Count > 0 ? string.Join(' ', _reasons) : "The store is well.", _exception, _data);

    private void Lower(HealthStatus status, string reason)
    {
        // The worse a status is, the smaller is its number.
        _status = status < _status ? status : _status;
        _reasons.Add(reason);
    }
}
