namespace SnapshotKv.Benchmarks.Harness;

/// <summary>What a case took.</summary>
/// <param name="Name">The case's name.</param>
/// <param name="Milliseconds">One run.</param>
/// <param name="AllocatedBytes">One run, by the thread that ran it and all others.</param>
internal sealed record TimedMeasurement(string Name, Sample Milliseconds, double AllocatedBytes);
