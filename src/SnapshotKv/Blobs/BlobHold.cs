namespace SnapshotKv.Blobs;

/// <summary>Why files that look like orphans must not be swept: something that is not among the snapshots may still want them.</summary>
internal enum BlobHold
{
    /// <summary>Nothing: what no snapshot refers to is an orphan.</summary>
    None,

    /// <summary>The newest snapshot is damaged, and the store went back to an older one, which does not know the newer blobs.</summary>
    FellBack,

    /// <summary>Commits of the journal are missing, and with them what they refer to.</summary>
    LostCommits,

    /// <summary>A damaged file was set aside earlier and is still there; somebody may mend it and put it back.</summary>
    Quarantine,

    /// <summary>There was no snapshot at all; somebody may have moved them away.</summary>
    NothingLoaded,
}
