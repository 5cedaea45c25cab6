namespace SnapshotKv.Engine;

/// <summary>From which sizes on a store with a journal is saved by another rule than the debounce.</summary>
/// <param name="LargeStore">
/// Bytes of the last snapshot, or while there is none, of the journal: rewriting so much for each few changes would keep the disk busy, and the journal has them anyway.
/// </param>
/// <param name="Growth">A large store is saved when the journal has grown by so many bytes, or by half the last snapshot if that is more.</param>
internal sealed record SaveCadence(long LargeStore, long Growth)
{
    /// <summary>And after so long at the latest, or after the debounce where that is longer.</summary>
    public static readonly TimeSpan LargeStoreDelay = TimeSpan.FromMinutes(10);

    public static SaveCadence Default { get; } = new(16L << 20, 64L << 20);

    /// <summary>The growth after which a large store is saved.</summary>
    /// <param name="snapshot">Bytes of the last snapshot; 0 when there is none.</param>
    public long GrowthBehind(long snapshot) => Math.Max(Growth, snapshot / 2);
}
