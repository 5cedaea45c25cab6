namespace SnapshotKv.Benchmarks.Harness;

/// <summary>Something that is done once per repetition and takes from microseconds to seconds.</summary>
/// <param name="Name">The row's name.</param>
/// <param name="Run">What is timed. What it returns is kept until the time was taken, and disposed of after it.</param>
/// <param name="Prepare">Done before, and not timed.</param>
internal sealed record TimedCase(string Name, Func<object?> Run, Action? Prepare = null);
