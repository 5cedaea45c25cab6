namespace SnapshotKv.Benchmarks.Harness;

/// <summary>Something whose operations take so long that a rate is counted: as many as can be done in a while.</summary>
/// <param name="Name">The row's name.</param>
/// <param name="Run">Goes on for as long as it is told, and returns how many operations were done by then.</param>
internal sealed record RateCase(string Name, Func<TimeSpan, long> Run);
