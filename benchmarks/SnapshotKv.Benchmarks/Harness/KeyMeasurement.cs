namespace SnapshotKv.Benchmarks.Harness;

/// <summary>What a case of operations on keys took.</summary>
/// <param name="Name">The case's name.</param>
/// <param name="Nanoseconds">Per operation and thread: the same for two threads as for one when they do not hinder each other.</param>
/// <param name="AllocatedBytes">Per operation.</param>
internal sealed record KeyMeasurement(string Name, Sample Nanoseconds, double AllocatedBytes);
