namespace SnapshotKv.Benchmarks.Harness;

/// <summary>Does an operation for each key, and returns a number that depends on every result.</summary>
internal delegate long KeyLoop(ReadOnlySpan<string> keys);
