namespace SnapshotKv.Benchmarks.Peers;

/// <summary>What one run of a load was like.</summary>
/// <param name="Elapsed">How long it went.</param>
/// <param name="Reads">The reads' times, sorted.</param>
/// <param name="Writes">The writes' times, sorted.</param>
/// <param name="LongestCollection">The longest that the garbage collector stopped the program for.</param>
internal sealed record LoadProfile(TimeSpan Elapsed, Latencies Reads, Latencies Writes, TimeSpan LongestCollection)
{
    /// <summary>The longest operation, in nanoseconds.</summary>
    public double Longest => Math.Max(Reads.Percentile(100), Writes.Percentile(100));

    public double OperationsPerSecond => (Reads.Count + Writes.Count) / Elapsed.TotalSeconds;
}
