namespace SnapshotKv;

/// <summary>What is wrong with a snapshot that was asked for, or with the name it was to get.</summary>
public enum KvSnapshotProblem
{
    /// <summary>Not told.</summary>
    Unknown = 0,

    /// <summary>There is no snapshot of that name: it never was, retention or somebody else has deleted it, or nothing is pinned by the name.</summary>
    NotFound = 1,

    /// <summary>Another snapshot is pinned by the name.</summary>
    NameTaken = 2,

    /// <summary>The prefix is, or lies in, a partition that is never rolled back.</summary>
    Protected = 3,

    /// <summary>No more names can be given, or prefixes protected.</summary>
    TooMany = 4,
}
