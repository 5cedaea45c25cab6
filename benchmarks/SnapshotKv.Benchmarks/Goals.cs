using SnapshotKv.Benchmarks.Harness;

namespace SnapshotKv.Benchmarks;

/// <summary>The figures to reach, in the order in which the summary shows them. CD is a ConcurrentDictionary, MDC a MemoryDistributedCache.</summary>
internal static class Goals
{
    public static IReadOnlyList<Goal> All { get; } =
    [
        new(
            "Zero-copy read (`TryGetSpan`)",
            "≤ 1.25 × CD.TryGetValue at 10 k, ≤ 1.1 × at 1 M",
            "1.0 ×",
            new("zero-copy/10 k", "10 k", 1.25, 1.0),
            new("zero-copy/1 M", "1 M", 1.1, 1.0)),
        new(
            "The same with the value copied out (`TryRead` into a span)",
            "≤ 1.25 × CD.TryGetValue at 10 k, ≤ 1.1 × at 1 M",
            "1.0 ×",
            new("copied/10 k", "10 k", 1.25, 1.0),
            new("copied/1 M", "1 M", 1.1, 1.0)),
        new("Zero-copy read, allocation", "0 B", "", new Limit("zero-copy/bytes", "", 0, null, "B")),
        new(
            "`IDistributedCache.Get`, own copy, no expiry",
            "≤ 1.0 × MDC at 10 k, ≤ 0.75 × at 100 k, ≤ 0.65 × at 1 M",
            "≤ 0.85 ×, 0.6 ×, 0.5 ×",
            new("cache-get/10 k", "10 k", 1.0, 0.85),
            new("cache-get/100 k", "100 k", 0.75, 0.6),
            new("cache-get/1 M", "1 M", 0.65, 0.5)),
        new(
            "`IDistributedCache.Get`, absolute expiry",
            "≤ 1.15 × MDC at 10 k, ≤ 0.85 × at 100 k, ≤ 0.7 × at 1 M",
            "as without",
            new("cache-get-absolute/10 k", "10 k", 1.15, 0.85),
            new("cache-get-absolute/100 k", "100 k", 0.85, 0.6),
            new("cache-get-absolute/1 M", "1 M", 0.7, 0.5)),
        new(
            "`IDistributedCache.Get`, sliding expiry",
            "≤ 1.15 × MDC at 10 k, ≤ 0.85 × at 100 k, ≤ 0.7 × at 1 M",
            "as without",
            new("cache-get-sliding/10 k", "10 k", 1.15, 0.85),
            new("cache-get-sliding/100 k", "100 k", 0.85, 0.6),
            new("cache-get-sliding/1 M", "1 M", 0.7, 0.5)),
        new(
            "`IDistributedCache.Set`, default durability (survives `kill -9`), one thread",
            "≤ 1.3 × MDC at 10 k, ≤ 1.1 × at 100 k, ≤ 1.2 × at 1 M",
            "≤ 1.0 ×, 0.8 ×, 0.8 ×",
            new("cache-set/10 k", "10 k", 1.3, 1.0),
            new("cache-set/100 k", "100 k", 1.1, 0.8),
            new("cache-set/1 M", "1 M", 1.2, 0.8)),
        new(
            "The same, two threads",
            "≤ 2 × MDC",
            "≤ 1.2 ×",
            new("cache-set-2/10 k", "10 k", 2, 1.2),
            new("cache-set-2/100 k", "100 k", 2, 1.2),
            new("cache-set-2/1 M", "1 M", 2, 1.2)),
        new("4 KiB read into the caller's buffer", "≤ 0.45 × (CD + copy)", "", new Limit("large/4096", "10 k", 0.45)),
        new(
            "Reads, one thread to two",
            "≥ 1.7 × throughput",
            "1.9 ×",
            new("scaling/10 k", "10 k", 1.7, 1.9, IsFloor: true),
            new("scaling/100 k", "100 k", 1.7, 1.9, IsFloor: true),
            new("scaling/1 M", "1 M", 1.7, 1.9, IsFloor: true)),
        new(
            "SQLite behind the same interface (prepared, WAL, NORMAL)",
            "Get ≥ 20 ×, Set ≥ 20 × faster",
            "≥ 50 ×",
            new("sqlite/get", "Get", 20, 50, IsFloor: true),
            new("sqlite/set", "Set", 20, 50, IsFloor: true)),
        new(
            "`Disk` durability, one writer",
            "≥ 0.95 × raw append + fdatasync",
            "1.3 ×",
            new Limit("durable/one", "", 0.95, 1.3, IsFloor: true)),
        new(
            "`Disk` durability, 32 awaiting writers",
            "≥ 12 × the raw single rate",
            "18 ×",
            new Limit("durable/32", "", 12, 18, IsFloor: true)),
        new("Snapshot of 1 M, uncompressed", "≤ 3 × writing and syncing the same bytes raw", "1.5 ×", new Limit("snapshot/none", "", 3, 1.5)),
        new(
            "Asked `Save()` of 1 M, gzip, both cores, no load",
            "≤ 1.3 × (two-core gzip of the bytes + raw write)",
            "",
            new Limit("snapshot/gzip", "", 1.3)),
        new(
            "Open 1 M, uncompressed / gzip",
            "≤ 0.4 × filling a presized CD from the same file / ≤ 0.6 ×",
            "0.15 ×",
            new("open/none", "uncompressed", 0.4, 0.15),
            new("open/gzip", "gzip", 0.6, 0.15)),
        new(
            "Prefix query with 10 / 1,000 / 100,000 hits in 1 M",
            "≤ 2.5 × a sorted array of UTF-8 keys, hits decoded to strings",
            "1 ×",
            new("prefix/10", "10 hits", 2.5, 1),
            new("prefix/1000", "1,000 hits", 2.5, 1),
            new("prefix/100000", "100,000 hits", 2.5, 1)),
        new(
            "Reads and writes during a background snapshot of 1 M, p99.9",
            "≤ 1.5 × the same load without one",
            "no difference",
            new("stalls/read", "reads, gzip", 1.5, 1.05),
            new("stalls/write", "writes, gzip", 1.5, 1.05),
            new("stalls-none/read", "reads, uncompressed", 1.5, 1.05),
            new("stalls-none/write", "writes, uncompressed", 1.5, 1.05)),
        new(
            "The same, median of the longest pauses over 7 interleaved pairs",
            "≤ 5 ms above it",
            "no difference",
            new("stalls/longest", "gzip", 5, 0.5, "ms"),
            new("stalls-none/longest", "uncompressed", 5, 0.5, "ms")),
        new(
            "Memory per entry at 1 M",
            "≤ 0.85 × CD, ≤ 0.6 × MDC",
            "0.66 × CD",
            new("memory/cd", "of CD", 0.85, 0.66),
            new("memory/mdc", "of MDC", 0.6)),
        new(
            "Expiry sweep of 1 M entries",
            "slices ≤ 0.2 ms, ≤ 5 ms in all",
            "",
            new("expiry/slice", "slice", 0.2, null, "ms"),
            new("expiry/total", "in all", 5, null, "ms")),
        new(
            "MessagePack of a small plain class",
            "time ≤ 0.5 × System.Text.Json source-generated",
            "0.3 ×",
            new("codec/write", "write", 0.5, 0.3),
            new("codec/read", "read", 0.5, 0.3)),
    ];
}
