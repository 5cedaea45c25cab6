namespace SnapshotKv.Benchmarks.Harness;

/// <summary>One way to do an operation for each of some keys.</summary>
/// <param name="Name">The row's name.</param>
/// <param name="Run">
/// Does the operation for each key and returns something that depends on every result, so that none can be left out. The loop is inside, so that no
/// call through a delegate is part of an operation.
/// </param>
/// <param name="Prepare">Called before each repetition, outside of the time that counts; null for nothing.</param>
internal sealed record KeyCase(string Name, KeyLoop Run, Action? Prepare = null);
