using System.Diagnostics.Metrics;

namespace SnapshotKv.Tests.Diagnostics;

/// <summary>What an instrument reported once.</summary>
internal sealed record CollectedMeasurement(Instrument Instrument, double Value, IReadOnlyDictionary<string, object?> Tags)
{
    /// <summary>The tags in a line, in the order of their names.</summary>
    public string TagLine => string.Join(' ', Tags.OrderBy(static tag => tag.Key, StringComparer.Ordinal).Select(static tag => $"{tag.Key}={tag.Value}"));
}
