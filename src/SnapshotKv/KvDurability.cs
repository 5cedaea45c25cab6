namespace SnapshotKv;

/// <summary>What a write that has returned survives. Each level includes the ones before it.</summary>
public enum KvDurability
{
    /// <summary>
    /// Only snapshots: a write is in memory when the call returns, and on disk with the next one. The end of the process takes what was written since;
    /// nothing is written to a journal.
    /// </summary>
    Snapshot,

    /// <summary>
    /// The write is in the journal, in the kernel's hands, when the call returns, and on the device within <see cref="SnapshotKvOptions.FlushInterval"/>:
    /// the end of the process, <c>kill -9</c> included, takes nothing; the end of the machine takes at most that interval.
    /// </summary>
    Process,

    /// <summary>The write, with every one before it, is on the device when the call returns. One flush serves all who wait for it.</summary>
    Disk,
}
