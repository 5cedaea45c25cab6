namespace SnapshotKv.Benchmarks.Harness;

/// <summary>One of the diagrams of a chart.</summary>
/// <param name="Title">Over it.</param>
/// <param name="Series">Its lines, the same ones in each panel.</param>
internal sealed record ChartPanel(string Title, IReadOnlyList<ChartSeries> Series);
