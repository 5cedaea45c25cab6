namespace SnapshotKv.Benchmarks.Peers;

/// <summary>Times of single operations, in nanoseconds once sorted.</summary>
internal sealed class Latencies
{
    private static readonly double NanosecondsPerTick = 1e9 / TimeProvider.System.TimestampFrequency;

    private readonly long[] _ticks;

    public Latencies(int capacity)
    {
        _ticks = new long[capacity];
        Array.Fill(_ticks, 1);
    }

    private Latencies(long[] sorted)
    {
        _ticks = sorted;
        Count = sorted.Length;
    }

    public int Count { get; private set; }

    public void Clear() => Count = 0;

    public void Add(long ticks) => _ticks[Count++] = ticks;

    /// <summary>A copy in ascending order.</summary>
    public Latencies Sorted()
    {
        var sorted = _ticks.AsSpan(0, Count).ToArray();
        Array.Sort(sorted);
        return new(sorted);
    }

    /// <summary>Of sorted times: the one that a share of all, in per cent, does not exceed.</summary>
    public double Percentile(double percent) => _ticks[Math.Min(Count - 1, (int)(Count * percent / 100))] * NanosecondsPerTick;
}
