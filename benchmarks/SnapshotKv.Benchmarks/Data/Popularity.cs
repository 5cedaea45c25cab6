namespace SnapshotKv.Benchmarks.Data;

/// <summary>How often each entry is asked for.</summary>
internal enum Popularity
{
    /// <summary>All the same.</summary>
    Uniform,

    /// <summary>As in YCSB: Zipf's law with theta 0.99 (Gray et al., SIGMOD 1994), the popular ones strewn over the set.</summary>
    Zipf,
}
