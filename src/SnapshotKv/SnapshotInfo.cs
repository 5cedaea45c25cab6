namespace SnapshotKv;

/// <summary>A snapshot file of a store.</summary>
/// <param name="FileName">The name inside the store's <c>snapshots</c> directory, for instance <c>data-20260301-143022-0001.msgpack.gz</c>.</param>
/// <param name="SizeBytes">The size of the file in bytes.</param>
/// <param name="Time">The local time that the name carries, to the second, without an offset: names are written in the writer's zone.</param>
/// <param name="Counter">Tells snapshots of one second apart; 0 to 65,535.</param>
public sealed record SnapshotInfo(string FileName, long SizeBytes, DateTime Time, int Counter);
