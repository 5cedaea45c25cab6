namespace SnapshotKv.Benchmarks.Peers;

/// <summary>What one run of a load was like.</summary>
/// <param name="Elapsed">How long it went.</param>
/// <param name="Reads">The reads' times, sorted.</param>
/// <param name="Writes">The writes' times, sorted.</param>
/// <param name="Collections">How often the garbage collector stopped the program.</param>
/// <param name="LongestCollection">The longest that it stopped it for.</param>
/// <param name="LongestOutside">The longest operation in nanoseconds, without what the garbage collector took of it.</param>
internal sealed record LoadProfile(TimeSpan Elapsed, Latencies Reads, Latencies Writes, int Collections, TimeSpan LongestCollection, double LongestOutside)
{
    /// <summary>The longest operation, in nanoseconds.</summary>
    public double Longest => Math.Max(Reads.Percentile(100), Writes.Percentile(100));

    public double OperationsPerSecond => (Reads.Count + Writes.Count) / Elapsed.TotalSeconds;
}
