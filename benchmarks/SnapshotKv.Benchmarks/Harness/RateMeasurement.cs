namespace SnapshotKv.Benchmarks.Harness;

/// <summary>How often a case was done.</summary>
/// <param name="Name">The case's name.</param>
/// <param name="PerSecond">Operations, by all writers together.</param>
internal sealed record RateMeasurement(string Name, Sample PerSecond);
