namespace SnapshotKv.Tests.Transactions;

/// <summary>Ways in which stores get transactions wrong. Each must be found by the interleavings.</summary>
[Flags]
internal enum ReferenceFaults
{
    None = 0,

    /// <summary>Reads see what others have not committed.</summary>
    DirtyReads = 1,

    /// <summary>Reads see what others committed since the start.</summary>
    ReadsCommitted = 2,

    /// <summary>Commit checks the keys written only, as snapshot isolation does: lets write skew happen.</summary>
    NoReadCheck = 4,

    /// <summary>Commit checks the keys that a scan returned, and not the prefix it went through: lets phantoms happen.</summary>
    NoPrefixCheck = 8,

    /// <summary>Commit does not check the keys that were read and were not there.</summary>
    NoAbsentCheck = 16,

    /// <summary>Commit checks nothing.</summary>
    NoCheck = 32,

    /// <summary>What was rolled back is kept.</summary>
    KeepsRollback = 64,

    /// <summary>Only the first write of a commit arrives.</summary>
    TornCommit = 128,

    /// <summary>Reads do not see the transaction's own writes.</summary>
    BlindToOwnWrites = 256,

    /// <summary>Any commit since the start is a conflict, whatever it changed.</summary>
    NeedlessConflicts = 512,

    /// <summary>A refused commit leaves its writes nevertheless.</summary>
    KeepsConflict = 1024,

    /// <summary>A write outside of transactions is no change that a commit would notice.</summary>
    IgnoresDirectWrites = 2048,
}
