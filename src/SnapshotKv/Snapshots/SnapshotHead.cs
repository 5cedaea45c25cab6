using SnapshotKv.Format;

namespace SnapshotKv.Snapshots;

/// <summary>What the beginning of a snapshot says of it, before its entries.</summary>
/// <param name="Format">The format of the snapshot and of the values in it.</param>
/// <param name="Sequence">The last commit that is in it; null in a file that Go wrote.</param>
/// <param name="CreatedAt">When it was made, where the file tells.</param>
/// <param name="Entries">The entries it holds, where the beginning tells.</param>
/// <param name="Reason">Why it was saved.</param>
internal sealed record SnapshotHead(KvFormat Format, ulong? Sequence, DateTimeOffset? CreatedAt, long? Entries, KvSaveReason Reason)
{
    /// <summary>The same of a snapshot that was read as a whole.</summary>
    public static SnapshotHead Of(SnapshotHeader header) => new(header.Format, header.Sequence, header.CreatedAt, header.Count, header.Reason);

    /// <summary>The same of one that was just written.</summary>
    public static SnapshotHead Of(in SnapshotContents contents, int count) => new(contents.Format, contents.Sequence, contents.CreatedAt, count, contents.Reason);

    /// <summary>What is known of a file, for those who use the store.</summary>
    public SnapshotInfo Describe(SnapshotFile file) => file.ToInfo() with
    {
        CreatedAt = CreatedAt,
        Version = (long?)Sequence,
        Entries = Entries,
        Format = Format,
        Reason = Reason,
    };
}
