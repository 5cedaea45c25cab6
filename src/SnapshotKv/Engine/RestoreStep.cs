namespace SnapshotKv.Engine;

/// <summary>What became of an attempt to commit a restore.</summary>
internal enum RestoreStep
{
    /// <summary>It is committed.</summary>
    Committed,

    /// <summary>The journal has no room; nothing was done, and room must be made outside of the gate.</summary>
    NoRoom,

    /// <summary>Too much was changed while the table was built; nothing was done, and the table must be built anew.</summary>
    Outdated,
}
