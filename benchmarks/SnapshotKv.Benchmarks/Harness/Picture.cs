namespace SnapshotKv.Benchmarks.Harness;

/// <summary>A picture on a group's page.</summary>
/// <param name="Description">What is to be seen, for those who do not see it.</param>
/// <param name="Svg">The file's text.</param>
internal sealed record Picture(string Description, string Svg);
