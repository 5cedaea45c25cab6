namespace SnapshotKv.Extensions.Configuration;

/// <summary>When a changed configuration is published.</summary>
public enum SnapshotKvReloadMode
{
    /// <summary>
    /// When a snapshot with the change is on disk: what the application sees, a restart sees too. A change of the configuration asks for that snapshot itself,
    /// after the debounce. A store that keeps no snapshots behaves as with <see cref="Change"/>.
    /// </summary>
    Snapshot = 0,

    /// <summary>When memory has the change, after the debounce. A power cut, or at level <see cref="KvDurability.Snapshot"/> any crash, can take back what the application has already seen.</summary>
    Change = 1,

    /// <summary>Never by itself: the configuration is read when it is built, and again when the application reloads it.</summary>
    Never = 2,
}
