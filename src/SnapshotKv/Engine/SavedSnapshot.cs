namespace SnapshotKv.Engine;

/// <summary>A snapshot that is there now.</summary>
/// <param name="Info">The snapshot.</param>
/// <param name="Announce">Tells those who watch, once the turn is over; null when there is nobody to tell, or nothing new.</param>
internal readonly record struct SavedSnapshot(SnapshotInfo Info, Action? Announce);
