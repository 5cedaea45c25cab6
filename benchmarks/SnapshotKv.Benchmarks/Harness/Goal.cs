namespace SnapshotKv.Benchmarks.Harness;

/// <summary>A row of the design's figures.</summary>
/// <param name="What">What is measured, against what.</param>
/// <param name="Must">What is to be reached, in words.</param>
/// <param name="Stretch">What would be fine, in words.</param>
/// <param name="Limits">The same in numbers; none where the feature comes later.</param>
internal sealed record Goal(string What, string Must, string Stretch, params Limit[] Limits);
