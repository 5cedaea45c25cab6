namespace SnapshotKv;

/// <summary>Why a snapshot was saved. Calls that share one have the reason of the first.</summary>
public enum KvSaveReason
{
    /// <summary>Not told: Go wrote it, or a version of this library before it noted reasons.</summary>
    Unknown = 0,

    /// <summary>The time for it had come: <see cref="SnapshotKvOptions.SaveDebounce"/>, or as much had been written as a large store waits for.</summary>
    Timer = 1,

    /// <summary>Somebody asked: <see cref="IKvSnapshots.Save"/>, or a write that waits for a snapshot because there is no journal.</summary>
    Requested = 2,

    /// <summary>The store, or one of several handles on it, was closed.</summary>
    Closing = 3,

    /// <summary>The journal was full or nearly so, or its device had failed.</summary>
    Journal = 4,

    /// <summary>An opening could not build on what it found, and began with a snapshot of it.</summary>
    Recovery = 5,

    /// <summary>A restore was about to begin; restoring this snapshot undoes it.</summary>
    BeforeRestore = 6,

    /// <summary>A restore had been carried out.</summary>
    Restore = 7,
}
