namespace SnapshotKv.Engine;

/// <summary>What stands in a follower's way.</summary>
/// <param name="Problem">In words.</param>
/// <param name="Error">What it failed with; null for nothing.</param>
/// <param name="Since">Since when anything does.</param>
internal sealed record FollowerTrouble(string Problem, Exception? Error, DateTimeOffset Since);
