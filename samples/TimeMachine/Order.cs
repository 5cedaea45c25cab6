namespace SnapshotKv.Samples.TimeMachine;

/// <summary>What somebody at another terminal wants done.</summary>
/// <param name="Author">Who.</param>
/// <param name="Words">What, as it was typed.</param>
internal sealed record Order(string Author, string[] Words);
