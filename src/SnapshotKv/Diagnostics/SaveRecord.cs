namespace SnapshotKv.Diagnostics;

/// <summary>How the saves of a store have gone up to one moment.</summary>
/// <param name="LastSavedAt">When the newest snapshot was made; null when there is none, or it does not tell.</param>
/// <param name="LastDuration">How long that took; null when this process did not make it.</param>
/// <param name="Failures">How many have failed since.</param>
/// <param name="Error">What the last of them failed with.</param>
internal sealed record SaveRecord(DateTimeOffset? LastSavedAt, TimeSpan? LastDuration, int Failures, Exception? Error);
