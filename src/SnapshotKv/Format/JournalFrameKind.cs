namespace SnapshotKv.Format;

/// <summary>What a frame of the journal is. The values are part of the file format.</summary>
internal enum JournalFrameKind : uint
{
    /// <summary>A commit: keys are set and removed; the body is a list of <see cref="JournalChange"/>s.</summary>
    Changes = 1,

    /// <summary>A commit: everything is removed. No body.</summary>
    Clear = 2,

    /// <summary>A commit: all keys that begin with a prefix are removed, but for those that are not UTF-8; the body is the prefix.</summary>
    RemoveByPrefix = 3,

    /// <summary>A commit: all entries with a tag whose keys begin with a prefix are removed; the body is u16 length (big-endian) and bytes of the tag, then the prefix.</summary>
    RemoveByTag = 4,

    /// <summary>No commit, numbered as the last one: sliding expiries have moved; the body is a list of <see cref="JournalSlide"/>s.</summary>
    Slides = 5,

    /// <summary>No commit, numbered as the last one: serializers have claimed prefixes, or were forgotten; the body is a list of <see cref="JournalClaim"/>s.</summary>
    Claims = 6,

    /// <summary>A commit: the entries under a prefix are those of a snapshot, and no others; the body is a <see cref="JournalRestore"/>.</summary>
    Restore = 7,
}
