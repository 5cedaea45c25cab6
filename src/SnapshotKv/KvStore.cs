namespace SnapshotKv;

/// <summary>The embedded engine.</summary>
public sealed partial class KvStore
{
    /// <summary>Saves.</summary>
    /// <returns>The snapshot.</returns>
    public SnapshotInfo? Save() => Saved;

    private SnapshotInfo? Saved { get; set; }
}
