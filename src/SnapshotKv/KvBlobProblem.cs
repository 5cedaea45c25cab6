namespace SnapshotKv;

/// <summary>What is wrong with a blob.</summary>
public enum KvBlobProblem
{
    /// <summary>Not told.</summary>
    Unknown = 0,

    /// <summary>The key has no live entry.</summary>
    NoSuchKey = 1,

    /// <summary>The entry has no blob.</summary>
    NoBlob = 2,

    /// <summary>The entry has a blob, and its file is gone: somebody deleted it, or the entry refers to something that is none.</summary>
    FileMissing = 3,

    /// <summary>The stream held more or fewer bytes than were announced.</summary>
    LengthMismatch = 4,
}
