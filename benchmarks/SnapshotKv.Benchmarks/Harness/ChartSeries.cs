namespace SnapshotKv.Benchmarks.Harness;

/// <summary>A line of a chart.</summary>
/// <param name="Name">For the legend.</param>
/// <param name="Values">One for each position of the axis.</param>
internal sealed record ChartSeries(string Name, IReadOnlyList<double> Values);
